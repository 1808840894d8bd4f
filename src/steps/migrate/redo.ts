import type { StepContext } from '../../config/context.ts'
import { tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import { versionsBefore } from '../../revisions/target/downgrade-plan.ts'
import { readMigrationState } from '../../store/state.ts'
import { ownTables } from '../../store/tables.ts'
import type { AppliedRevision } from './apply/apply.ts'
import { type DowngradePath, type DowngradeRequest, downgrade, planBack } from './downgrade.ts'
import { compareHistory } from './history.ts'
import { migrate } from './migrate.ts'
import { prepareRevisions } from './prepare.ts'

/** What went down, and up again. */
export interface RedoOutcome {
  readonly downgraded: readonly AppliedRevision[]
  readonly applied: readonly AppliedRevision[]
  readonly versions: ReadonlySet<string>
}

/**
 * Takes revisions back and applies them again, as their files say now; under one lock. Whatever would
 * keep them from going up again is refused before the first goes down.
 * @throws {GateError} as `downgrade` and `migrate`
 */
export async function redo(
  context: StepContext,
  session: Session,
  request: Omit<DowngradeRequest, 'fromJournal'>,
): Promise<RedoOutcome> {
  const wanted = { ...request, fromJournal: false }
  await request.lock.acquire()
  const state = await readMigrationState(session, tableNames(context.config))
  const path = await planBack(session, wanted, state, context)
  await refuseOneWay(context, path)
  const { applied: downgraded, versions: before } = await downgrade(context, session, wanted)
  const applied: AppliedRevision[] = []
  let versions = before
  const again = { ...context, config: { ...context.config, phase: 'all' } } as const
  for (const target of targetsAgain(path)) {
    const outcome = await migrate(again, session, { ...request, target })
    applied.push(...outcome.applied)
    versions = outcome.versions
  }
  return Object.freeze({ downgraded, applied, versions })
}

/** What is edited and stays shuts the gate, as does an upgrade that cannot be cut into statements. */
async function refuseOneWay(
  { config }: StepContext,
  { plan, graph, state }: DowngradePath,
): Promise<void> {
  await prepareRevisions(plan.toReversed(), 'upgrade', ownTables(config))
  const versions = plan.reduce(
    (rows, revision) => versionsBefore(graph, rows, revision),
    state.versions,
  )
  compareHistory(graph, { ...state, versions }, 'refuse')
}

/** The rows that the database had of them; where each revision has one, the newest brings the rest. */
function targetsAgain({ plan, graph, state }: DowngradePath): readonly string[] {
  const ids = plan.map(({ id }) => id)
  return graph.rules.rows === 'each'
    ? ids.slice(0, 1)
    : ids.filter((id) => state.versions.has(id)).toReversed()
}
