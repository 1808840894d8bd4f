import { isSameSet } from '../../../base/set.ts'
import { GateError } from '../../../errors/error.ts'
import type { PipelineResult } from '../../../postgres/session/session.ts'
import { rollBack } from '../../../postgres/session/transaction.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import { revisionFailure } from '../failure/failure.ts'
import type { PreparedRevision } from '../prepare.ts'
import { isLost } from '../resume/leftovers.ts'
import { isTransient } from '../retry.ts'
import type { Run } from '../run.ts'
import { watchStages } from '../watch/watch.ts'
import { LONGEST_TOGETHER } from './chunks.ts'
import { type PipelineStep, type PlannedRevision, pipelineOf } from './messages.ts'
import { OUTCOME_TEXT, versionsOnceOver } from './outcome.ts'

/** How a pipeline of revisions ended: so many are applied, and at the next one something went wrong. */
export interface PipelineOutcome {
  readonly applied: number
  readonly failure?: { readonly step: Omit<PipelineStep, 'send'>; readonly error: unknown }
}

/** More would only fill memory: by then the way there and back no longer counts. */
export const MOST_AT_ONCE = 100

/**
 * How many of the revisions, from the first, can leave in one pipeline: SQL that runs in a
 * transaction, on a connection of our own. What may release the gate's lock, or set another role,
 * goes by itself: the lock is asked for between pipelines, and the role put back before own rows.
 */
export function pipelineLength(
  { lock }: Run,
  revisions: readonly (PlannedRevision & { readonly unfinished: unknown })[],
): number {
  if (!lock.mayPipeline) return 0
  let characters = 0
  const end = revisions.findIndex(({ prepared, unfinished }, index) => {
    characters += prepared.body.kind === 'sql' ? prepared.body.text.length : 0
    const isFull = index === MOST_AT_ONCE || (index > 0 && characters > LONGEST_TOGETHER)
    // What puts the session back before it has taken a snapshot, which its own isolation forbids.
    const wantsNewSnapshot = index > 0 && prepared.begin.length > 0
    return isFull || wantsNewSnapshot || unfinished !== undefined || !mayBePipelined(prepared)
  })
  return end === -1 ? revisions.length : end
}

/**
 * What may release the lock, or change the role that the journal's row is written as. What is
 * missed of the latter fails at that row, and is run again by itself.
 */
const BY_ITSELF =
  /\bdiscard\b|advisory_unlock|\bset\s+(?:(?:local|session)\s+)?(?:"?role"?|session\s+authorization|authorization)\b|'(?:role|session_authorization)'/i

function mayBePipelined({ mode, body, statements }: PreparedRevision): boolean {
  if (mode !== 'transaction' || body.kind !== 'sql') return false
  // The messages of many statements take more memory than the statements.
  if (body.text.length > LONGEST_TOGETHER || BY_ITSELF.test(body.text)) return false
  return statements.every(({ copy }) => copy === undefined)
}

/** Called as the revisions of a pipeline begin and are applied. */
export interface PipelineProgress {
  running(revision: PlannedRevision): void
  applied(revision: PlannedRevision): void
}

/**
 * Runs the revisions in one pipeline, reported and watched as if each ran by itself.
 * @returns how many of them are applied, from the first; where it is not all, the next one met
 *   something that passes, or that its own run will say more exactly, and is to be run by itself
 * @throws {GateError} MIGRATION_FAILED and the like for a statement of a revision that failed, with
 *   `facts.revision`; or the reason of the aborted signal
 */
export async function applyPipelined(
  run: Run,
  revisions: readonly PlannedRevision[],
  progress: PipelineProgress,
): Promise<number> {
  const [first] = revisions
  if (first === undefined) return 0
  run.lastSeen.blockers = []
  const stages = watchStages(run)
  const begin = (revision: PlannedRevision) => {
    progress.running(revision)
    stages.begin(nameOf(revision, 1))
  }
  begin(first)
  try {
    let applied = 0
    const { failure, ...outcome } = await runPipelined(run, revisions, ({ step, isCommitted }) => {
      if (!isCommitted) return stages.begin(nameOf(step.planned, step.number))
      progress.applied(step.planned)
      applied += 1
      const next = revisions[applied]
      if (next !== undefined) begin(next)
    })
    if (failure !== undefined) await refuseOrLeave(run, revisions, failure)
    return outcome.applied
  } finally {
    await stages.end()
  }
}

/** The server has all of a pipeline at once, its commits among it. */
const MAY_STILL_RUN =
  'PostgreSQL did not answer in time: each revision that it was sent is applied as a whole, or nothing of it is, and the next run sees which.'

/** A statement that will fail again is not run again: it may have taken its time. */
async function refuseOrLeave(
  run: Run,
  revisions: readonly PlannedRevision[],
  { step, error }: NonNullable<PipelineOutcome['failure']>,
): Promise<void> {
  if (isConnectionLost(error)) throw await connectionLost(run, revisions, { step, error })
  const passes = step.part !== 'body' || isTransient(error)
  if (passes && !(error instanceof GateError)) return
  throw failureOf(
    run,
    { step, error },
    isLost(run, error) ? MAY_STILL_RUN : OUTCOME_TEXT['rolled back'],
  )
}

/** What had left may have been run to its end, without us: the server is asked how far it came. */
async function connectionLost(
  run: Run,
  revisions: readonly PlannedRevision[],
  { step, error }: NonNullable<PipelineOutcome['failure']>,
): Promise<GateError> {
  const versions = await versionsOnceOver(run)
  const last = revisions.findLast(
    ({ change }) => versions !== undefined && isSameSet(change.to, versions),
  )
  if (last !== undefined && revisions.indexOf(last) >= revisions.indexOf(step.planned)) {
    const there = { planned: last, part: 'commit' } as const
    return failureOf(run, { step: there, error }, OUTCOME_TEXT.committed)
  }
  const isBack = versions !== undefined && isSameSet(step.planned.change.from, versions)
  return failureOf(run, { step, error }, OUTCOME_TEXT[isBack ? 'rolled back' : 'unknown'])
}

function failureOf(
  run: Run,
  { step, error }: NonNullable<PipelineOutcome['failure']>,
  left: string,
): GateError {
  const { revision, body } = step.planned.prepared
  return revisionFailure(error, {
    revision,
    body,
    ...(step.statement !== undefined && { statement: step.statement }),
    ...(step.number !== undefined && { number: step.number }),
    left,
    run,
  })
}

/** What people call it while it runs. */
function nameOf({ prepared }: PlannedRevision, number = 0): string {
  const { revision, statements } = prepared
  return `Statement ${number} of ${statements.length} of ${revision.id}`
}

/**
 * Runs the revisions in one round trip, each in its own transaction with its version rows and its
 * journal row. At the first failure the server passes over the rest by itself: what is before it is
 * committed, its own transaction is rolled back, and nothing behind it has run.
 * @param onStep called with what begins, each time that an answer comes, and what was committed
 */
async function runPipelined(
  run: Run,
  revisions: readonly PlannedRevision[],
  onStep: (news: { readonly step: PipelineStep; readonly isCommitted: boolean }) => void,
): Promise<PipelineOutcome> {
  const steps = revisions.flatMap((revision) => pipelineOf(run, revision))
  const outcome = await run.session.pipeline(
    steps.map(({ send }) => send),
    (index) => {
      const [done, next] = [steps[index], steps[index + 1]]
      if (done?.part === 'commit') onStep({ step: done, isCommitted: true })
      else if (next?.part === 'body') onStep({ step: next, isCommitted: false })
    },
  )
  return outcomeOf(run, steps, outcome)
}

async function outcomeOf(
  { session }: Run,
  steps: readonly PipelineStep[],
  { results, failure }: PipelineResult,
): Promise<PipelineOutcome> {
  const done = steps.slice(0, results.length)
  const applied = done.filter(({ part }) => part === 'commit').length
  if (failure === undefined) return { applied }
  const { error, index } = failure
  const step = steps[index]
  if (step === undefined) throw error
  if (!isConnectionLost(error) && session.transactionStatus() !== 'idle') {
    await rollBack(session)
  }
  return { applied, failure: { step, error } }
}
