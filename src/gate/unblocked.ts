import type { StepContext } from '../config/context.ts'
import { GateError, messageOf } from '../errors/error.ts'
import type { Database, Session } from '../postgres/session/session.ts'
import { blockerFacts, waited } from '../steps/migrate/failure/failure.ts'
import { transientHint } from '../steps/migrate/failure/failure-hint.ts'
import { isTransient, retryTransient } from '../steps/migrate/retry.ts'
import type { LastSeen } from '../steps/migrate/watch/ended-blockers.ts'
import { watching } from '../steps/migrate/watch/watch.ts'

/** Whose statements wait, and where that is seen from. */
export interface Waiter {
  readonly session: Session
  /** Absent where there is one session alone (embedded). */
  readonly sideConnections: Database | undefined
}

/**
 * Reads what another session may have locked: who is in the way is logged, and it is tried again
 * until PGATE_LOCK_TIMEOUT has passed. Each statement of `act` gives up a lock by itself.
 * @throws {GateError} VERIFY_LOCKED, naming who is in the way; any other error of `act` unchanged
 */
export async function unblocked<T>(
  context: StepContext,
  { session, sideConnections }: Waiter,
  act: () => Promise<T>,
): Promise<T> {
  const seen: LastSeen = { blockers: [] }
  const watched = { context, session, database: sideConnections, what: 'Reading the schema' }
  try {
    return await retryTransient(context, 'Reading the schema', () => watching(watched, seen, act))
  } catch (error) {
    if (!isTransient(error)) throw error
    const message = `the schema could not be read: ${messageOf(error)}${waited(seen.blockers)}`
    throw new GateError('VERIFY_LOCKED', message, {
      facts: { inTheWay: seen.blockers.map(blockerFacts) },
      hint: `${transientHint(seen.blockers)} Nothing was changed.`,
      cause: error,
    })
  }
}
