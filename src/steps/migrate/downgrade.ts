import type { StepContext } from '../../config/context.ts'
import { tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import {
  type DowngradeTarget,
  downgradePlan,
  refuseIrreversible,
  versionsBefore,
} from '../../revisions/target/downgrade-plan.ts'
import { withJournalRevisions } from '../../store/journal-graph.ts'
import { type MigrationState, readMigrationState } from '../../store/state.ts'
import { ownTables } from '../../store/tables.ts'
import { applyAll } from './apply/apply.ts'
import { warnOfEdited } from './file-warnings.ts'
import { compareHistory, refuseUnfinished } from './history.ts'
import type { MigrateOutcome, MigrateRequest, PlannedRun } from './migrate.ts'
import { beginRun } from './precautions.ts'
import { prepareRevisions } from './prepare.ts'
import { withTables } from './run.ts'
import { withToolLock } from './tool-lock.ts'
import { endedFacts } from './watch/ended-blockers.ts'
import { transaction } from './watch/watch.ts'

/** What a downgrade is to do; `fromJournal`: revisions that the files lack are read from there. */
export interface DowngradeRequest extends Omit<MigrateRequest, 'target'> {
  readonly target: DowngradeTarget
  readonly fromJournal: boolean
}

/**
 * Takes the database back to the target. The plan is known, and an irreversible revision on it
 * refused, before anything runs; then each revision is downgraded in a transaction of its own.
 * @throws {GateError} REVISION_IRREVERSIBLE, REVISION_UNKNOWN_TARGET, HISTORY_*, LOCK_TIMEOUT,
 *   CONFIG_POOLER, MIGRATION_*
 */
export async function downgrade(
  context: StepContext,
  session: Session,
  request: DowngradeRequest,
): Promise<MigrateOutcome> {
  const names = tableNames(context.config)
  const before = await planBack(session, request, await readMigrationState(session, names), context)
  warnOfEdited(context, before.graph, before.state)
  if (before.plan.length === 0) return nothingTaken(before.state)
  await request.lock.acquire()
  const { history } = names
  return withToolLock(context, session, { history, lock: request.lock.held() }, () =>
    goBack(context, session, request),
  )
}

/** Plans again, and runs; under the lock. */
async function goBack(
  context: StepContext,
  session: Session,
  request: DowngradeRequest,
): Promise<MigrateOutcome> {
  const names = tableNames(context.config)
  const { plan, graph, state } = await planBack(
    session,
    request,
    await readMigrationState(session, names),
    context,
  )
  if (plan.length === 0) return nothingTaken(state)
  const prepared = await prepareRevisions(plan, 'downgrade', ownTables(context.config))
  const begun = await beginRun(context, session, { request, prepared })
  const run = await transaction(begun, () => withTables(begun))
  const next = (versions: ReadonlySet<string>, revision: Revision) =>
    versionsBefore(graph, versions, revision)
  const { revisions } = graph
  const done = await applyAll(run, { prepared, state, revisions, next })
  const { restorePoint, lastSeen } = run
  return Object.freeze({ ...done, ahead: false, restorePoint, ...endedFacts(lastSeen) })
}

/** What a downgrade would do with the database as it is. */
export interface DowngradePath {
  readonly plan: readonly Revision[]
  /** Of the files, and of the journal where that was asked for. */
  readonly graph: RevisionGraph
  readonly state: MigrationState
}

/** The plan alone; reads, and takes no lock. @throws {GateError} as {@link downgrade} */
export async function planBack(
  session: Session,
  request: Pick<DowngradeRequest, 'graph' | 'target' | 'fromJournal'>,
  state: MigrationState,
  { config }: Pick<StepContext, 'config'>,
): Promise<DowngradePath> {
  const graph = request.fromJournal
    ? await withJournalRevisions(session, tableNames(config), { graph: request.graph, state })
    : request.graph
  compareHistory(graph, state, 'refuse', 'allow')
  refuseUnfinished(state, 'downgrade', graph.rules)
  const plan = downgradePlan(graph, state.versions, request.target)
  refuseIrreversible(plan)
  return { plan, graph, state }
}

function nothingTaken({ versions }: MigrationState): MigrateOutcome {
  return Object.freeze({ applied: [], versions, ahead: false })
}

/**
 * Looks what `downgrade` would do now; reads alone, and takes no lock.
 * @throws {GateError} HISTORY_*, REVISION_*, MIGRATION_FAILED for a syntax error
 */
export async function planDowngrade(
  context: Pick<StepContext, 'config'>,
  session: Session,
  wanted: Pick<DowngradeRequest, 'graph' | 'target' | 'fromJournal'>,
): Promise<PlannedRun> {
  const state = await readMigrationState(session, tableNames(context.config))
  const { plan } = await planBack(session, wanted, state, context)
  const prepared = await prepareRevisions(plan, 'downgrade', ownTables(context.config))
  return Object.freeze({ action: 'downgrade', prepared, versions: state.versions, ahead: false })
}
