import { withResources } from '../../gate/resources.ts'
import { openMigrations } from '../../gate/unchanged/migrations-folder.ts'
import { runSidecar } from '../../sidecar/sidecar.ts'
import type { Command, CommandContext, CommandOutput } from '../command.ts'
import { toGateError } from '../failures.ts'

/** Stays up after the gate and serves its state; what serves it is loaded for this command alone. */
export const sidecar: Command = {
  examples: [
    'pgate sidecar',
    'pgate sidecar --listen 0.0.0.0:8432 --verify-interval 5m',
    'pgate sidecar --fleet tenants.txt',
  ],
  takesMigrator: true,
  run: (context) => (context.config.fleet === undefined ? ofDatabase(context) : ofFleet(context)),
}

async function ofDatabase(context: CommandContext): Promise<CommandOutput> {
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
}

async function ofFleet(context: CommandContext): Promise<CommandOutput> {
  const [{ embeddedFleet, sharedBy, surroundingsOf }, { readTargets }, acts, { runFleetSidecar }] =
    await Promise.all([
      import('./fleet.ts'),
      import('../../fleet/read-targets.ts'),
      import('../../fleet/acts.ts'),
      import('../../sidecar/fleet/fleet-sidecar.ts'),
    ])
  if (context.embedded !== undefined) throw embeddedFleet()
  const surroundings = surroundingsOf(context)
  const targets = await readTargets(context, surroundings, { only: [] })
  const folderOf = await acts.openForAll(context.config, targets)
  const shared = { ...sharedBy(context, surroundings), act: acts.gateAct(folderOf) }
  const look = acts.checkAct(folderOf)
  const { interrupt } = context.host
  const { openedAt, verdict, counts } = await runFleetSidecar({ targets, shared, look, interrupt })
  return {
    json: { openedAt, status: verdict, targets: counts },
    lines: [],
    verdict: `stopped by a signal, with ${counts.open} of ${counts.targets} targets open`,
  }
}
