import { formatDuration } from '../../../base/duration.ts'
import { GateError } from '../../../errors/error.ts'
import { journalError } from '../../../errors/public-reason.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import type { Revision } from '../../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../../revisions/graph/graph.ts'
import type { JournalRecord, MigrationState } from '../../../store/state.ts'
import type { PreparedRevision } from '../prepare.ts'
import { describeStep, type Run, resetSession } from '../run.ts'
import { transaction } from '../watch/watch.ts'
import { journalFacts, type PlannedRevision } from './messages.ts'
import { withOwners } from './ownership.ts'
import { applyPipelined, MOST_AT_ONCE, pipelineLength } from './pipelined.ts'
import { isAtomic } from './run-statement.ts'
import { applyByStatements, TAKEN_OVER } from './statements.ts'
import { applyInTransaction } from './transactional.ts'

/** One revision that was run, in one direction. */
export interface AppliedRevision {
  readonly revision: string
  readonly message: string
  readonly action: 'upgrade' | 'downgrade'
  /** `statements`: outside a transaction, one by one. */
  readonly mode: 'transaction' | 'statements'
  /** Whole milliseconds. */
  readonly durationMs: number
}

/** What a run is to do from where. */
export interface ApplyRequest {
  readonly prepared: readonly PreparedRevision[]
  readonly state: MigrationState
  /** Those of the files. */
  readonly revisions: RevisionGraph['revisions']
  /** The version rows after one of them, given those before. */
  readonly next: (versions: ReadonlySet<string>, revision: Revision) => ReadonlySet<string>
}

/** What was run, and the version rows it led to. */
export interface ApplyResult {
  readonly applied: readonly AppliedRevision[]
  readonly versions: ReadonlySet<string>
}

/**
 * Runs and records each revision in order; stops at the first that fails. Only the last commit
 * waits for the disk. Revisions that need no answer in between leave together; one that met a lock
 * on the way is tried again by itself.
 * @throws {GateError} MIGRATION_*, HISTORY_*, LOCK_LOST, or the reason of the aborted signal
 */
export async function applyAll(run: Run, request: ApplyRequest): Promise<ApplyResult> {
  const { prepared, state } = request
  const applied: AppliedRevision[] = []
  let { versions } = state
  while (applied.length < prepared.length) {
    run.context.signal.throwIfAborted()
    const rest = nextSteps(request, { versions, done: applied.length })
    const pipelined = rest.slice(0, pipelineLength(run, rest))
    const done = [...(await applyPipeline(run, pipelined))]
    const stopped = rest[done.length]
    const isLeft = pipelined.length === 0 || done.length < pipelined.length
    if (stopped !== undefined && isLeft) done.push(await applySingly(run, stopped))
    applied.push(...done)
    versions = rest[done.length - 1]?.change.to ?? versions
  }
  return Object.freeze({ applied, versions })
}

/** A revision may need what the lock's session cannot give. @throws {GateError} CONFIG_POOLER */
export function refuseNeeds({ lock }: Run, prepared: readonly PreparedRevision[]): void {
  for (const { revision, body, mode, begin, statements } of prepared) {
    const runsOutside =
      mode === 'statements' && (body.kind === 'module' || !statements.every(isAtomic))
    const [isolation] = [...begin, ...statements.flatMap((statement) => statement.begin ?? [])]
    const refusal = lock.refusal({ id: revision.id, file: revision.file, isolation, runsOutside })
    if (refusal !== undefined) throw refusal
  }
}

/** A revision, what it does to the version rows, and how far an earlier run of it came. */
interface Step extends PlannedRevision {
  readonly unfinished: JournalRecord | undefined
}

/** As many as fit into a pipeline: version rows before and after each of thousands would fill memory. */
function nextSteps(
  { prepared, state, next, revisions }: ApplyRequest,
  from: { readonly versions: ReadonlySet<string>; readonly done: number },
): readonly Step[] {
  let { versions } = from
  return prepared.slice(from.done, from.done + MOST_AT_ONCE).map((one) => {
    const to = next(versions, one.revision)
    const durable = one === prepared.at(-1)
    const change = { from: versions, to, revisions, durable }
    versions = to
    return { prepared: one, change, unfinished: unfinishedRun(state, one) }
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

/** Several at once; those that are not in the result have not run. */
async function applyPipeline(
  run: Run,
  steps: readonly Step[],
): Promise<readonly AppliedRevision[]> {
  const last = steps.at(-1)
  if (last === undefined) return []
  const report = reportOf(run)
  let current = steps[0]
  try {
    const count = await applyPipelined(run, steps, {
      running: (revision) => {
        current = steps.find((step) => step === revision)
        report.begin(revision.prepared)
      },
      applied: ({ prepared }) => report.end(prepared),
    })
    await resetSession({ ...run, revision: last.prepared.revision })
    return report.applied().slice(0, count)
  } catch (error) {
    throw current === undefined ? error : await noted(run, current.prepared, error)
  }
}

/** One by itself, statement by statement. */
async function applySingly(run: Run, step: Step): Promise<AppliedRevision> {
  const { prepared, change, unfinished } = step
  const report = reportOf(run)
  report.begin(prepared)
  const own = { ...run, revision: prepared.revision }
  // One that has begun by statements ends so, whatever its file says now: what is done stays done.
  const begun = unfinished !== undefined && unfinished.statementsDone > 0
  if (prepared.mode === 'transaction' && !begun) {
    await applyInTransaction(own, step).catch(async (error: unknown) => {
      throw await noted(own, prepared, error)
    })
  } else await applyByStatements(own, prepared, { ...change, unfinished })
  await resetSession(own)
  return report.end(prepared)
}

/**
 * A failure as it is to be thrown, noted in the journal: a revision that was rolled back took its own
 * row with it. Never rejects: what went wrong first is what the operator must see.
 */
async function noted(run: Run, prepared: PreparedRevision, error: unknown): Promise<unknown> {
  const failure = await withOwners(run, prepared, error)
  if (!(failure instanceof GateError) || isConnectionLost(failure.cause)) return failure
  if (TAKEN_OVER.includes(failure.code)) return failure
  try {
    await resetSession(run)
    const row = {
      ...journalFacts(prepared),
      statementsDone: 0,
      outcome: failure.code.startsWith('INTERRUPTED') ? 'interrupted' : 'failed',
      error: journalError(failure),
    } as const
    await transaction(run, () => run.journal.write(run.session, row))
  } catch (second) {
    run.context.log.warn('journal.lost', 'The failure could not be written to the journal', {
      reason: String(second),
    })
  }
  return failure
}

/** Reports and times revisions as they begin and end. */
function reportOf({ context: { clock, log, progress } }: Run) {
  const applied: AppliedRevision[] = []
  let startedAt = clock.now()
  return {
    begin: ({ revision, action, mode }: PreparedRevision) => {
      startedAt = clock.now()
      const message = `Running ${action} ${describeStep(revision, action)}`
      const fields = { revision: revision.id, file: revision.file, action, mode }
      progress(message)
      log.info('revision.running', message, fields)
    },
    end: ({ revision, action, mode }: PreparedRevision): AppliedRevision => {
      const { id, message } = revision
      const durationMs = Math.round(clock.now() - startedAt)
      log.info('revision.applied', `Ran ${action} of ${id} in ${formatDuration(durationMs)}`, {
        revision: id,
        action,
        durationMs,
      })
      const one = Object.freeze({ revision: id, message, action, mode, durationMs })
      applied.push(one)
      return one
    },
    applied: (): readonly AppliedRevision[] => applied,
  }
}
