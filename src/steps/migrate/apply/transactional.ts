import { GateError } from '../../../errors/error.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import type { VersionChange } from '../../../store/history-store.ts'
import { writeJournal } from '../../../store/journal.ts'
import { afterRevision } from '../../../store/own-tables.ts'
import { revisionFailure } from '../failure/failure.ts'
import type { PreparedRevision } from '../prepare.ts'
import { isLost } from '../resume/what-stays.ts'
import { retryTransient } from '../retry.ts'
import { type Run, takeOwnRole } from '../run.ts'
import { transactionSettings } from '../settings.ts'
import { execute, transaction } from '../watch/watch.ts'
import { batchesOf, beginAs, LONGEST_TOGETHER, sendBatch, singly } from './batches.ts'
import { runInsideTransaction } from './module-transaction.ts'
import { lookUpOutcome, OUTCOME_TEXT, type Outcome } from './outcome.ts'

/**
 * Runs one revision in one transaction together with its version rows and its journal row: all of
 * it happens, or none. Locks that are not free are given up and tried again.
 * @throws {GateError} MIGRATION_FAILED, MIGRATION_RETRIES, MIGRATION_CONNECTION_LOST,
 *   HISTORY_CHANGED, LOCK_LOST, or the reason of the aborted signal
 */
export async function applyInTransaction(
  run: Run,
  prepared: PreparedRevision,
  change: VersionChange & { readonly durable: boolean },
): Promise<void> {
  const { revision, body, statements } = prepared
  const at: { statement?: Statement; number?: number; complete?: boolean } = {}
  const attempt = () =>
    transaction(run, async () => {
      await beginAs(run, prepared.begin, at)
      await run.session.query(
        transactionSettings(run.context.config, run.names, change.durable).join('; '),
      )
      // First of all, so that a rival without our lock clashes before anything else has run; last
      // for a module, so that a transaction that it has ended did not take the rows along.
      if (body.kind === 'sql') await run.names.history.change(run.session, change)
      await runBody(run, prepared, at)
      await takeOwnRole(run)
      await afterRevision(revision, async () => {
        if (body.kind === 'module') await run.names.history.change(run.session, change)
        await writeJournal(run.session, run, {
          ...journalFacts(prepared),
          statementsDone: statements.length,
          outcome: 'done',
        })
      })
      at.complete = true
    })
  try {
    await retryTransient(run.context, `Revision ${revision.id}`, attempt)
  } catch (error) {
    throw revisionFailure(error, {
      revision,
      body,
      ...at,
      left: OUTCOME_TEXT[await outcomeOf(run, error, { ...change, ...at })],
      inTheWay: run.lastSeen.blockers,
      server: run.session.server,
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

/** What a journal row says of a revision, however it ends. */
export function journalFacts({ revision, action, statements, meaning }: PreparedRevision) {
  return {
    revision: revision.id,
    revises: revision.revises,
    dependsOn: revision.dependsOn,
    name: revision.message,
    action,
    checksum: revision.checksum,
    meaning,
    statements: statements.length,
    downgrade: revision.downgrade,
  } as const
}

async function runBody(
  run: Run,
  prepared: PreparedRevision,
  at: { statement?: Statement; number?: number },
): Promise<void> {
  const { session, context } = run
  const { revision, body, statements } = prepared
  if (body.kind === 'module') return runInsideTransaction(run, prepared, body)
  // What is short would have left with its whole transaction, unless it was to go one by one.
  const isLong = body.text.length > LONGEST_TOGETHER
  for (const { first, batch } of isLong ? batchesOf(statements) : singly(statements)) {
    Object.assign(at, { statement: batch[0], number: first + 1 })
    context.signal.throwIfAborted()
    const what = `Statement ${first + 1} of ${statements.length} of ${revision.id}`
    await execute(run, what, () =>
      sendBatch(session, batch, (index) =>
        Object.assign(at, { statement: batch[index], number: first + index + 1 }),
      ),
    )
  }
  delete at.statement
  delete at.number
}
