import { runGate } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import { checkTarget } from '../../revisions/plan.ts'
import type { Command } from '../command.ts'
import { migrationJson, proofJson } from '../json.ts'
import { withGate } from '../with-gate.ts'

/** The whole pipeline; its exit code lets the API start, or not. */
export const gate: Command = {
  name: 'gate',
  summary: 'wait, set up extensions, migrate and verify; the exit code is the verdict (default)',
  kind: 'act',
  examples: ['pgate', 'pgate gate --embedded'],
  run: async (context) => {
    const files = await readRevisionFiles(context.config.migrations)
    checkTarget(files.graph, context.config.target)
    const { migration, proof } = await withGate(context, (resources) =>
      runGate(context, resources, files),
    )
    return {
      json: { ...migrationJson(migration), verify: proofJson(proof) },
      lines: proof.told,
      verdict: 'the database is ready; the API may start',
    }
  },
}
