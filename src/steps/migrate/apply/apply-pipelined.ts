import { isSameSet } from '../../../base/set.ts'
import { GateError } from '../../../errors/error.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import { revisionFailure } from '../failure/failure.ts'
import { isLost } from '../resume/what-stays.ts'
import { isTransient } from '../retry.ts'
import type { Run } from '../run.ts'
import { watchStages } from '../watch/watch.ts'
import { OUTCOME_TEXT, versionsOnceOver } from './outcome.ts'
import {
  type PipelinedRevision,
  type PipelineOutcome,
  type PipelineStep,
  runPipelined,
} from './pipelined.ts'

/** Called as the revisions of a pipeline begin and are applied. */
export interface PipelineProgress {
  running(revision: PipelinedRevision): void
  applied(revision: PipelinedRevision): void
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
  revisions: readonly PipelinedRevision[],
  progress: PipelineProgress,
): Promise<number> {
  const [first] = revisions
  if (first === undefined) return 0
  run.lastSeen.blockers = []
  const stages = watchStages(run)
  const begin = (revision: PipelinedRevision) => {
    progress.running(revision)
    stages.begin(nameOf(firstStepOf(revision)))
  }
  begin(first)
  try {
    let applied = 0
    const { failure, ...outcome } = await runPipelined(run, revisions, ({ step, isCommitted }) => {
      if (!isCommitted) return stages.begin(nameOf(step))
      progress.applied(step.of)
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
  revisions: readonly PipelinedRevision[],
  { at, error }: NonNullable<PipelineOutcome['failure']>,
): Promise<void> {
  if (isConnectionLost(error)) throw await connectionLost(run, revisions, { at, error })
  const passes = at.part !== 'body' || isTransient(error)
  if (passes && !(error instanceof GateError)) return
  throw failureOf(
    run,
    { at, error },
    isLost(run, error) ? MAY_STILL_RUN : OUTCOME_TEXT['rolled back'],
  )
}

/** What had left may have been run to its end, without us: the server is asked how far it came. */
async function connectionLost(
  run: Run,
  revisions: readonly PipelinedRevision[],
  { at, error }: NonNullable<PipelineOutcome['failure']>,
): Promise<GateError> {
  const versions = await versionsOnceOver(run)
  const last = revisions.findLast(
    ({ change }) => versions !== undefined && isSameSet(change.to, versions),
  )
  if (last !== undefined && revisions.indexOf(last) >= revisions.indexOf(at.of)) {
    const there = { of: last, part: 'commit' } as const
    return failureOf(run, { at: there, error }, OUTCOME_TEXT.committed)
  }
  const isBack = versions !== undefined && isSameSet(at.of.change.from, versions)
  return failureOf(run, { at, error }, OUTCOME_TEXT[isBack ? 'rolled back' : 'unknown'])
}

function failureOf(
  { lastSeen, session }: Run,
  { at, error }: NonNullable<PipelineOutcome['failure']>,
  left: string,
): GateError {
  const { revision, body } = at.of.prepared
  return revisionFailure(error, {
    revision,
    body,
    ...(at.statement !== undefined && { statement: at.statement }),
    ...(at.number !== undefined && { number: at.number }),
    left,
    inTheWay: lastSeen.blockers,
    server: session.server,
  })
}

function firstStepOf(of: PipelinedRevision): PipelineStep {
  return { of, part: 'body', number: 1 }
}

/** What people call it while it runs. */
function nameOf({ of, number = 0 }: PipelineStep): string {
  const { revision, statements } = of.prepared
  return `Statement ${number} of ${statements.length} of ${revision.id}`
}
