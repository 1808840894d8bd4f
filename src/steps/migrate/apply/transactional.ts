import { GateError } from '../../../errors/error.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import type { VersionChange } from '../../../store/history-store.ts'
import { afterRevision } from '../../../store/own-tables.ts'
import { revisionFailure } from '../failure/failure.ts'
import type { PreparedRevision } from '../prepare.ts'
import { isLost } from '../resume/leftovers.ts'
import { retryTransient } from '../retry.ts'
import type { Run } from '../run.ts'
import { execute, transaction } from '../watch/watch.ts'
import { chunksOf, LONGEST_TOGETHER, sendChunk, sendSteps } from './chunks.ts'
import { closingOf, openingOf, type PlannedRevision } from './messages.ts'
import { runInsideTransaction } from './module-transaction.ts'
import { lookUpOutcome, OUTCOME_TEXT, type Outcome } from './outcome.ts'

/**
 * Runs one revision in one transaction together with its version rows and its journal row: all of
 * it happens, or none. Locks that are not free are given up and tried again.
 * @throws {GateError} MIGRATION_FAILED, MIGRATION_RETRIES, MIGRATION_CONNECTION_LOST,
 *   HISTORY_CHANGED, LOCK_LOST, or the reason of the aborted signal
 */
export async function applyInTransaction(run: Run, planned: PlannedRevision): Promise<void> {
  const { prepared, change } = planned
  const { revision, body } = prepared
  const underway: { statement?: Statement; number?: number; complete?: boolean } = {}
  const attempt = () =>
    transaction(run, async () => {
      delete underway.statement
      delete underway.number
      await sendSteps(run.session, openingOf(run, planned), underway)
      await runBody(run, prepared, underway)
      await afterRevision(revision, () => sendSteps(run.session, closingOf(run, planned), underway))
      underway.complete = true
    })
  try {
    await retryTransient(run.context, `Revision ${revision.id}`, attempt)
  } catch (error) {
    throw revisionFailure(error, {
      revision,
      body,
      ...underway,
      left: OUTCOME_TEXT[await outcomeOf(run, error, { ...change, ...underway })],
      run,
    })
  }
}

/** COMMIT was sent where the transaction was complete, and else cannot have been. */
async function outcomeOf(
  run: Run,
  error: unknown,
  change: VersionChange & { readonly complete?: boolean },
): Promise<Outcome> {
  if (!isLost(run, error)) return 'rolled back'
  if (change.complete === true) return lookUpOutcome(run, change)
  return error instanceof GateError ? 'unanswered' : 'rolled back'
}

async function runBody(
  run: Run,
  prepared: PreparedRevision,
  underway: { statement?: Statement; number?: number },
): Promise<void> {
  const { session, context } = run
  const { revision, body, statements } = prepared
  if (body.kind === 'module') return runInsideTransaction(run, prepared, body)
  // What is short would have left with its whole transaction, unless it was to go one by one.
  const isLong = body.text.length > LONGEST_TOGETHER
  for (const { first, chunk } of chunksOf(statements, isLong ? undefined : 1)) {
    Object.assign(underway, { statement: chunk[0], number: first + 1 })
    context.signal.throwIfAborted()
    const what = `Statement ${first + 1} of ${statements.length} of ${revision.id}`
    await execute(run, what, () =>
      sendChunk(session, chunk, (index) =>
        Object.assign(underway, { statement: chunk[index], number: first + index + 1 }),
      ),
    )
  }
  delete underway.statement
  delete underway.number
}
