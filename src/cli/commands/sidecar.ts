import { withResources } from '../../gate/resources.ts'
import { openMigrations } from '../../gate/unchanged/migrations-folder.ts'
import { runSidecar } from '../../sidecar/sidecar.ts'
import type { Command } from '../command.ts'
import { toGateError } from '../failures.ts'

/** Stays up after the gate and serves its state; what serves it is loaded for this command alone. */
export const sidecar: Command = {
  examples: ['pgate sidecar', 'pgate sidecar --listen 0.0.0.0:8432 --verify-interval 5m'],
  takesMigrator: true,
  run: async (context) => {
    const folder = await openMigrations(context.config)
    // What is wrong with them is found before anything listens.
    await folder.files()
    const { interrupt } = context.host
    const status = await withResources(context, (resources) =>
      runSidecar(context, { resources, folder, interrupt, toGateError }),
    )
    const { openedAt, verdict, verify } = status
    return {
      json: { openedAt, status: verdict, verifies: verify.counts },
      lines: [],
      verdict: `stopped by a signal, with the gate ${verdict}`,
    }
  },
}
