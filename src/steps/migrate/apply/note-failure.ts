import type { GateError } from '../../../errors/error.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import { writeJournal } from '../../../store/journal.ts'
import type { PreparedRevision } from '../prepare.ts'
import { type Run, resetSession } from '../run.ts'
import { transaction } from '../watch/watch.ts'
import { journalFacts } from './transactional.ts'

/**
 * Notes in the journal why a revision failed whose transaction was rolled back, and took its own row
 * with it. Never rejects: what went wrong first is what the operator must see.
 */
export async function noteFailure(
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
    await transaction(run, () => writeJournal(run.session, run, row))
  } catch (second) {
    run.context.log.warn('journal.lost', 'The journal could not be told of the failure', {
      reason: String(second),
    })
  }
}
