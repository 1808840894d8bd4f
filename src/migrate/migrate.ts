import type { StepContext } from '../context.ts'
import type { GateError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { isConnectionLost } from '../postgres/sqlstate.ts'
import type { RevisionGraph } from '../revisions/graph.ts'
import { upgradePlan, versionsAfter } from '../revisions/plan.ts'
import type { Revision } from '../revisions/revision.ts'
import { compareHistory } from './history.ts'
import { type Runner, writeJournal } from './journal.ts'
import type { GateLock } from './lock.ts'
import { type PreparedRevision, prepareRevisions } from './prepare.ts'
import { describeStep, type Run, resetSession } from './run.ts'
import { type MigrationState, readState } from './state.ts'
import { applyByStatements } from './statements.ts'
import { ensureTables, tableNames } from './tables.ts'
import { applyInTransaction, journalFacts } from './transactional.ts'

/** What an upgrade did; frozen. */
export interface MigrateOutcome {
  /** In the order in which they were applied. */
  readonly applied: readonly AppliedRevision[]
  /** The version rows now. */
  readonly versions: ReadonlySet<string>
  /** True where the database is ahead of the files and PGATE_AHEAD allows it. */
  readonly ahead: boolean
  readonly state: MigrationState
}

export interface AppliedRevision {
  readonly revision: string
  readonly message: string
  readonly mode: 'transaction' | 'statements'
  readonly durationMs: number
}

/** What an upgrade is to do, and with what. */
export interface MigrateRequest {
  readonly graph: RevisionGraph
  readonly target: string
  readonly lock: GateLock
  readonly runner: Runner
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
  const before = await readState(session, names)
  if (pending(context, request, before).plan.length === 0) {
    return unchanged(context, request, before)
  }
  await request.lock.acquire()
  const state = await readState(session, names)
  const { plan } = pending(context, request, state)
  if (plan.length === 0) return unchanged(context, request, state)
  const prepared = await prepareRevisions(plan)
  const run: Run = { context, session, names, runner: request.runner }
  await resetSession(run)
  await ensureTables(session, context.config)
  return applyAll(run, prepared, state)
}

/** What is to be run from `state` to the target, by the graph alone. Pure. */
function pending(
  context: StepContext,
  { graph, target }: MigrateRequest,
  state: MigrationState,
): { readonly plan: readonly Revision[]; readonly ahead: boolean } {
  const ahead = compareHistory(graph, state, context.config.ahead) === 'ahead'
  return { plan: ahead ? [] : upgradePlan(graph, state.versions, target), ahead }
}

function unchanged(
  context: StepContext,
  request: MigrateRequest,
  state: MigrationState,
): MigrateOutcome {
  const { ahead } = pending(context, request, state)
  if (ahead) {
    context.log.warn('migrate.ahead', 'The database is ahead of these files; nothing is run', {
      versions: [...state.versions],
    })
  }
  return Object.freeze({ applied: [], versions: state.versions, ahead, state })
}

async function applyAll(
  run: Run,
  prepared: readonly PreparedRevision[],
  state: MigrationState,
): Promise<MigrateOutcome> {
  const applied: AppliedRevision[] = []
  let versions = state.versions
  for (const [index, next] of prepared.entries()) {
    const change = { from: versions, to: versionsAfter(versions, next.revision) }
    const last = index === prepared.length - 1
    applied.push(await applyOne(run, next, { ...change, durable: last, state }))
    versions = change.to
  }
  return Object.freeze({ applied, versions, ahead: false, state })
}

async function applyOne(
  run: Run,
  prepared: PreparedRevision,
  change: {
    readonly from: ReadonlySet<string>
    readonly to: ReadonlySet<string>
    readonly durable: boolean
    readonly state: MigrationState
  },
): Promise<AppliedRevision> {
  const { clock, log, progress } = run.context
  const { revision, mode } = prepared
  const startedAt = clock.now()
  const told = `Running upgrade ${describeStep(revision)}`
  progress(told)
  log.info('revision.running', told, { revision: revision.id, file: revision.file, mode })
  if (mode === 'transaction') {
    try {
      await applyInTransaction(run, prepared, change)
    } catch (error) {
      await noteFailure(run, prepared, error as GateError)
      throw error
    }
  } else {
    const unfinished = unfinishedRun(change.state, revision)
    await applyByStatements(run, prepared, { ...change, unfinished })
  }
  await resetSession(run)
  const durationMs = Math.round(clock.now() - startedAt)
  log.debug('revision.applied', `Applied ${revision.id}`, { revision: revision.id, durationMs })
  return { revision: revision.id, message: revision.message, mode, durationMs }
}

function unfinishedRun(state: MigrationState, revision: Revision) {
  const record = state.journal.get(revision.id)
  const unfinished = record?.action === 'upgrade' && record.outcome !== 'done'
  return unfinished ? record : undefined
}

/** A rolled-back revision took its journal row with it; the failure is noted on its own. */
async function noteFailure(
  run: Run,
  prepared: PreparedRevision,
  failure: GateError,
): Promise<void> {
  if (failure.code === 'MIGRATION_CONNECTION_LOST' || isConnectionLost(failure.cause)) return
  try {
    await resetSession(run)
    await writeJournal(run.session, run, {
      ...journalFacts(prepared),
      statementsDone: 0,
      outcome: failure.code.startsWith('INTERRUPTED') ? 'interrupted' : 'failed',
      error: failure.message,
    })
  } catch (second) {
    run.context.log.warn('journal.lost', 'The journal could not be told of the failure', {
      reason: String(second),
    })
  }
}
