import { readRevisionFiles } from '../../gate/revision-files.ts'
import { checkTarget } from '../../revisions/target/plan.ts'
import type { Command } from '../command.ts'
import { explained } from '../output/explain.ts'
import { withResources } from '../resources.ts'

/** Stays up after the gate and serves its state; what serves it is loaded for this command alone. */
export const sidecar: Command = {
  name: 'sidecar',
  summary: 'run the gate, then stay: verify again and again, and answer over HTTP',
  kind: 'act',
  examples: ['pgate sidecar', 'pgate sidecar --listen 0.0.0.0:8432 --verify-interval 5m'],
  run: async (context) => {
    const files = await readRevisionFiles(context.config)
    checkTarget(files.graph, context.config.target)
    const { runSidecar } = await import('../../sidecar/sidecar.ts')
    const { interrupt } = context.host
    const status = await withResources(context, (resources) =>
      runSidecar(context, { resources, files, interrupt, explain: explained }),
    )
    const { openedAt, verdict, verify } = status
    return {
      json: { openedAt, status: verdict, verifies: verify.counts },
      lines: [],
      verdict: `stopped as told, with the gate ${verdict}`,
    }
  },
}
