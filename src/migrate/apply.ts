import { GateError } from '../errors.ts'
import { isConnectionLost } from '../postgres/sqlstate.ts'
import type { Revision } from '../revisions/revision.ts'
import { guardedTransaction, refuseUnsettable } from './guarded.ts'
import { writeJournal } from './journal.ts'
import type { PreparedRevision } from './prepare.ts'
import { describeStep, type Run, resetSession } from './run.ts'
import type { JournalRecord, MigrationState } from './state.ts'
import { applyByStatements } from './statements.ts'
import { applyInTransaction, journalFacts } from './transactional.ts'

/** One revision that was run, in one direction. */
export interface AppliedRevision {
  readonly revision: string
  readonly message: string
  readonly action: PreparedRevision['action']
  readonly mode: PreparedRevision['mode']
  /** Whole milliseconds. */
  readonly durationMs: number
}

/** What a run is to do from where. */
export interface Application {
  readonly prepared: readonly PreparedRevision[]
  readonly state: MigrationState
  /** The version rows after one of them, given those before. */
  readonly next: (versions: ReadonlySet<string>, revision: Revision) => ReadonlySet<string>
}

/** What was run, and the version rows it led to. */
export interface Applied {
  readonly applied: readonly AppliedRevision[]
  readonly versions: ReadonlySet<string>
}

/**
 * Runs and records each revision in order; stops at the first that fails. Only the last commit
 * waits for the disk.
 * @throws {GateError} MIGRATION_*, HISTORY_*, LOCK_LOST, CONFIG_POOLER, or the reason of the aborted signal
 */
export async function applyAll(run: Run, { prepared, state, next }: Application): Promise<Applied> {
  refuseUnsettable(run, prepared)
  const applied: AppliedRevision[] = []
  let versions = state.versions
  for (const [index, one] of prepared.entries()) {
    run.context.signal.throwIfAborted()
    const to = next(versions, one.revision)
    const durable = index === prepared.length - 1
    applied.push(
      await applyOne({ ...run, revision: one.revision }, one, {
        from: versions,
        to,
        durable,
        state,
      }),
    )
    versions = to
  }
  return Object.freeze({ applied, versions })
}

interface Change {
  readonly from: ReadonlySet<string>
  readonly to: ReadonlySet<string>
  readonly durable: boolean
  readonly state: MigrationState
}

async function applyOne(
  run: Run,
  prepared: PreparedRevision,
  change: Change,
): Promise<AppliedRevision> {
  const { clock, log, progress } = run.context
  const { revision, action, mode } = prepared
  const startedAt = clock.now()
  const told = `Running ${action} ${describeStep(revision, action)}`
  progress(told)
  log.info('revision.running', told, { revision: revision.id, file: revision.file, action, mode })
  const unfinished = unfinishedRun(change.state, prepared)
  // One that has begun by statements ends so, whatever its file says now: what is done stays done.
  const begun = unfinished !== undefined && unfinished.statementsDone > 0
  if (mode === 'transaction' && !begun) await inTransaction(run, prepared, change)
  else await applyByStatements(run, prepared, { ...change, unfinished })
  await resetSession(run)
  const durationMs = Math.round(clock.now() - startedAt)
  log.debug('revision.applied', `Ran ${action} of ${revision.id}`, {
    revision: revision.id,
    durationMs,
  })
  return Object.freeze({
    revision: revision.id,
    message: revision.message,
    action,
    mode,
    durationMs,
  })
}

function unfinishedRun(
  state: MigrationState,
  { revision, action }: PreparedRevision,
): JournalRecord | undefined {
  const record = state.journal.get(revision.id)
  const unfinished = record?.action === action && record.outcome !== 'done'
  return unfinished ? record : undefined
}

/** A rolled-back revision took its journal row with it; the failure is noted on its own. */
async function inTransaction(run: Run, prepared: PreparedRevision, change: Change): Promise<void> {
  try {
    await applyInTransaction(run, prepared, change)
  } catch (error) {
    if (error instanceof GateError) await noteFailure(run, prepared, error)
    throw error
  }
}

async function noteFailure(
  run: Run,
  prepared: PreparedRevision,
  failure: GateError,
): Promise<void> {
  if (isConnectionLost(failure.cause)) return
  try {
    await resetSession(run)
    const row = {
      ...journalFacts(prepared),
      statementsDone: 0,
      outcome: failure.code.startsWith('INTERRUPTED') ? 'interrupted' : 'failed',
      error: failure.message,
    } as const
    await guardedTransaction(run, () => writeJournal(run.session, run, row))
  } catch (second) {
    run.context.log.warn('journal.lost', 'The journal could not be told of the failure', {
      reason: String(second),
    })
  }
}
