import { runGate } from '../../gate/gate.ts'
import { migrationJson, proofJson } from '../../gate/outcome.ts'
import { withResources } from '../../gate/resources.ts'
import { openMigrations } from '../../gate/unchanged/migrations-folder.ts'
import type { Command } from '../command.ts'

/** The whole pipeline; its exit code lets the API start, or not. */
export const gate: Command = {
  examples: ['pgate', 'pgate gate --embedded', 'pgate -- alembic upgrade head'],
  takesMigrator: true,
  run: async (context) => {
    const folder = await openMigrations(context.config)
    const { migration, proof } = await withResources(context, (resources) =>
      runGate(context, resources, folder),
    )
    return {
      json: { ...migrationJson(migration), verify: proofJson(proof) },
      lines: proof.notices,
      verdict: 'the database is ready; the API may start',
    }
  },
}
