import { startGate } from '../../gate/start.ts'
import { openMigrations } from '../../gate/unchanged/migrations-folder.ts'
import type { Command } from '../command.ts'
import { migrationJson, proofJson } from '../output/json.ts'
import { withResources } from '../resources.ts'

/** The whole pipeline; its exit code lets the API start, or not. */
export const gate: Command = {
  name: 'gate',
  summary: 'wait, set up extensions, migrate and verify; the exit code is the verdict (default)',
  kind: 'act',
  examples: ['pgate', 'pgate gate --embedded'],
  run: async (context) => {
    const folder = await openMigrations(context.config)
    const { migration, proof } = await withResources(context, (resources) =>
      startGate(context, resources, folder),
    )
    return {
      json: { ...migrationJson(migration), verify: proofJson(proof) },
      lines: proof.told,
      verdict: 'the database is ready; the API may start',
    }
  },
}
