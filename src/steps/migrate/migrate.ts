import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import type { GateLock } from '../../lock/lock.ts'
import type { Database, Session } from '../../postgres/session/session.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { versionsAfter } from '../../revisions/target/plan.ts'
import { warnOfTables } from '../../store/existing-tables.ts'
import type { HistoryStore } from '../../store/history-store.ts'
import type { Origin } from '../../store/journal.ts'
import type { RestorePoint } from '../../store/restore-point.ts'
import {
  isMissing,
  type MigrationState,
  noteMissingJournal,
  readMigrationState,
  withoutRowsOfRemovedFiles,
} from '../../store/state.ts'
import { type ExistingTables, ownTables } from '../../store/tables.ts'
import { type AppliedRevision, applyAll } from './apply/apply.ts'
import { warnOfFiles } from './file-warnings.ts'
import { compareHistory, refuseUnfinished } from './history.ts'
import { readOwnHistory, refuseOtherHistory } from './other-history.ts'
import { type PhasedPlan, phasedPlan, refuseEarly, withDue } from './phase.ts'
import { beginRun, type Precautions } from './precautions.ts'
import { type PreparedRevision, prepareRevisions } from './prepare.ts'
import { withTables } from './run.ts'
import { withToolLock } from './tool-lock.ts'
import { type EndedBlocker, endedFacts } from './watch/ended-blockers.ts'
import { transaction } from './watch/watch.ts'

/** What an upgrade did; frozen. */
export interface MigrateOutcome {
  /** In the order in which they were applied. */
  readonly applied: readonly AppliedRevision[]
  /** The version rows now. */
  readonly versions: ReadonlySet<string>
  /** True where the database is ahead of the files and PGATE_AHEAD allows it. */
  readonly ahead: boolean
  /** Contract revisions that PGATE_PHASE=expand has left; absent: none. */
  readonly left?: readonly string[]
  /** True where another gate did it while this one waited for the lock. */
  readonly byAnother?: boolean
  /** The program that did it, where that was none of ours: what it applied only it knows. */
  readonly command?: string
  /** True where that program was not started, since nothing has changed. */
  readonly isUnstarted?: true
  /** Sessions that were ended since they were in the way. */
  readonly ended?: readonly EndedBlocker[]
  /** Where the database was before; absent: nothing was to be done, or nobody has asked. */
  readonly restorePoint?: RestorePoint | null | undefined
}

/** What an upgrade is to do, and with what. */
export interface MigrateRequest {
  readonly graph: RevisionGraph
  readonly target: string
  readonly lock: GateLock
  readonly origin: Origin
  /** Where slow statements are watched from; absent: they are not. */
  readonly sideConnections?: Database | undefined
  /** Which tables there are, where that was asked for a moment ago. */
  readonly tables?: ExistingTables | undefined
  /** Taken before the first write; absent: none, as in a throwaway database. */
  readonly precautions?: Precautions | undefined
}

/**
 * Takes the database to the target. Nothing pending: nothing is locked and nothing written.
 * Otherwise the gate's lock is taken, the state read again (another gate may have done it all),
 * every pending revision cut into statements, and each applied and recorded.
 * @throws {GateError} HISTORY_*, LOCK_TIMEOUT, CONFIG_POOLER, REVISION_*, MIGRATION_*
 */
export async function migrate(
  context: StepContext,
  session: Session,
  request: MigrateRequest,
): Promise<MigrateOutcome> {
  const names = tableNames(context.config)
  const read = async (tables: ExistingTables | undefined) =>
    withoutRowsOfRemovedFiles(request.graph, await readMigrationState(session, names, tables))
  const found = await readOwnHistory(context, session, () => read(request.tables))
  warnOfTables(context, names, found.tables)
  if (isMissing(found.tables, found.versions.size)) {
    noteMissingJournal(context.log, names, found.versions)
  }
  const { history } = names
  const plan = (state: MigrationState) => pendingIn(context, session, request, state)
  const before = await unlessUnderWay(history, () => plan(found))
  warnOfFiles(context, request.graph, found)
  if (before?.plan.length === 0) return unchanged(context, before)
  if (!found.tables.versions) await refuseToBegin(context, session)
  const look = async () => plan(await read(lasting(found)))
  const pending = await lookUnderLock(request.lock, () => unlessUnderWay(history, look))
  if (pending?.plan.length === 0) return doneByAnother(context, pending)
  return withToolLock(context, session, { history, lock: request.lock.held() }, async () => {
    const now = history.lockKeys === undefined && pending !== undefined ? pending : await look()
    if (now.plan.length === 0) return doneByAnother(context, now)
    return upgrade(context, session, { request, pending: now })
  })
}

/**
 * Undefined in place of HISTORY_FAILED where the tool has a lock: a run of it that has failed and one
 * that is under way look the same, until that lock is held.
 */
async function unlessUnderWay<T>({ lockKeys }: HistoryStore, look: () => Promise<T>) {
  try {
    return await look()
  } catch (error) {
    const isOpen = error instanceof GateError && error.code === 'HISTORY_FAILED'
    if (isOpen && lockKeys !== undefined) return undefined
    throw error
  }
}

/** @throws {GateError} HISTORY_ELSEWHERE, HISTORY_TABLE */
async function refuseToBegin(
  context: Pick<StepContext, 'config'>,
  session: Session,
): Promise<void> {
  await refuseOtherHistory(context, session)
  await tableNames(context.config).history.refuseBeginning(session)
}

/** Applies what is pending; under the lock. */
async function upgrade(
  context: StepContext,
  session: Session,
  { request, pending }: { readonly request: MigrateRequest; readonly pending: Pending },
): Promise<MigrateOutcome> {
  refuseEarly(request.graph, pending.plan, context.config)
  const prepared = await prepareRevisions(pending.plan, 'upgrade', ownTables(context.config))
  const begun = await beginRun(context, session, { request, prepared })
  const { state } = pending
  const { revisions } = request.graph
  const isKnown = lasting(state) !== undefined && state.tables.lacksRun !== true
  const run = isKnown ? begun : await transaction(begun, () => withTables(begun))
  const next = (held: ReadonlySet<string>, revision: Revision) =>
    versionsAfter(request.graph, held, revision)
  const { applied, versions } = await applyAll(run, { prepared, state, revisions, next })
  const { restorePoint, lastSeen } = run
  const more = { restorePoint, ...leftOf(pending), ...endedFacts(lastSeen) }
  return Object.freeze({ applied, versions, ahead: false, ...more })
}

/** Tables come, and do not go. */
function lasting({ tables }: MigrationState): ExistingTables | undefined {
  return tables.versions && tables.journal && !tables.isOutdated ? tables : undefined
}

/** What is pending once the lock is held; or nothing, by the work of the gate that holds it. */
async function lookUnderLock(lock: GateLock, look: Look): Promise<Pending | undefined> {
  for (;;) {
    const isHeld = await lock.acquire(() => isPending(look))
    const pending = await look()
    if (isHeld || pending?.plan.length === 0) return pending
  }
}

/** Whether waiting for the lock is of use still; the gate that has it reports what is wrong. */
async function isPending(look: Look): Promise<boolean> {
  try {
    return (await look())?.plan.length !== 0
  } catch (error) {
    if (error instanceof GateError) return true
    throw error
  }
}

type Look = () => Promise<Pending | undefined>

/** What is to be run, from where. */
interface Pending extends PhasedPlan {
  readonly ahead: boolean
  readonly state: MigrationState
}

/**
 * What is to be run from `state` to the target, in this phase.
 * @throws {GateError} HISTORY_*, REVISION_*
 */
async function pendingIn(
  context: Pick<StepContext, 'config'>,
  session: Session,
  request: Pick<MigrateRequest, 'graph' | 'target'>,
  state: MigrationState,
): Promise<Pending> {
  const { config } = context
  const { graph } = request
  refuseUnfinished(state, 'upgrade', graph.rules)
  if (compareHistory(graph, state, config.ahead) === 'ahead') {
    return { ahead: true, state, plan: [], left: [] }
  }
  const phased = { ahead: false, state, ...phasedPlan(config, request, state) }
  return withDue(context, session, graph, phased)
}

function leftOf({ left }: PhasedPlan): Pick<MigrateOutcome, 'left'> {
  return left.length === 0 ? {} : { left: left.map(({ id }) => id) }
}

/** By another gate, which has a journal, or by the folder's own tool. */
function doneByAnother(context: StepContext, pending: Pending): MigrateOutcome {
  return { ...unchanged(context, pending), byAnother: pending.state.tables.journal }
}

function unchanged({ log }: StepContext, { ahead, state, left }: Pending): MigrateOutcome {
  const { versions } = state
  if (ahead) {
    log.warn('migrate.ahead', 'The database is ahead of these files; nothing is run', {
      versions: [...versions],
    })
  }
  return Object.freeze({ applied: [], versions, ahead, ...leftOf({ plan: [], left }) })
}

/** What would be run, in order; cut into statements, so that a syntax error is found. */
export interface PlannedRun {
  readonly action: 'upgrade' | 'downgrade'
  readonly prepared: readonly PreparedRevision[]
  /** The version rows now. */
  readonly versions: ReadonlySet<string>
  readonly ahead: boolean
  /** What PGATE_PHASE=expand would leave; absent: nothing. */
  readonly left?: readonly Revision[]
}

/**
 * Looks what `migrate` would do now; reads alone, and takes no lock.
 * @throws {GateError} HISTORY_*, REVISION_*, MIGRATION_FAILED for a syntax error
 */
export async function planUpgrade(
  context: Pick<StepContext, 'config'>,
  session: Session,
  wanted: Pick<MigrateRequest, 'graph' | 'target'>,
): Promise<PlannedRun> {
  const state = await readMigrationState(session, tableNames(context.config))
  const { plan, ahead, left } = await pendingIn(context, session, wanted, state)
  refuseEarly(wanted.graph, plan, context.config)
  if (plan.length > 0 && !state.tables.versions) await refuseToBegin(context, session)
  const prepared = await prepareRevisions(plan, 'upgrade', ownTables(context.config))
  return Object.freeze({ action: 'upgrade', prepared, versions: state.versions, ahead, left })
}
