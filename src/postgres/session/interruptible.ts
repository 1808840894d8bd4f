import { GateError } from '../../errors/error.ts'
import { isConnectionLost, QUERY_CANCELED, sqlstateOf } from '../sql/sqlstate.ts'
import { cancelUntil, PATIENCE_MS } from './cancel.ts'
import type { Session } from './session.ts'

/**
 * For all that is begun after the abort together, in milliseconds, and then for the server to
 * cancel it: an interrupted gate has two seconds.
 */
const LAST_WORDS_MS = 1_500
const LAST_PATIENCE_MS = 400

/** What interrupts statements, and where it is noted that one runs. */
export interface Interruption {
  /** Its reason is the GateError to end with. */
  readonly signal: AbortSignal
  /** Process ids of the sessions that wait for the server's answer at this moment. */
  readonly unanswered: Set<number>
}

/**
 * The same session, every statement of which heeds the signal: when that aborts, the server is
 * asked to cancel the one that runs, which then fails with the signal's reason, its cause what the
 * server said. One that comes through all the same has come through: a COMMIT that was done is
 * done. What is begun after the abort (a rollback, the journal's last row) has 1.5 seconds for all
 * of it. What the server does not answer in time loses the session.
 */
export function interruptible(session: Session, { signal, unanswered }: Interruption): Session {
  let running = 0
  let asking: Promise<void> | undefined
  let lastWords: AbortSignal | undefined
  const cancel = async () => {
    // One request at a time, and none where it could only hit a statement that is yet to come.
    if (running > 0) asking ??= session.cancel()
    await asking
    asking = undefined
  }
  const limits = (): Limits => {
    if (!signal.aborted) return { signal, patienceMs: PATIENCE_MS }
    lastWords ??= AbortSignal.timeout(LAST_WORDS_MS)
    return { signal: lastWords, patienceMs: LAST_PATIENCE_MS }
  }
  const heeding = async <T>(run: () => Promise<T>): Promise<T> => {
    running += 1
    unanswered.add(session.processId)
    try {
      return await cancelledOnAbort({ cancel, close: session.close }, limits(), run)
    } finally {
      running -= 1
      if (running === 0) unanswered.delete(session.processId)
    }
  }
  const heedingOne = async <T>(run: () => Promise<T>): Promise<T> => {
    const last = signal.aborted
    try {
      return await heeding(run)
    } catch (error) {
      throw signal.aborted ? whoseFailure(error, { last, reason: signal.reason }) : error
    }
  }
  return {
    ...session,
    cancel,
    query: (text, values) => heedingOne(() => session.query<never>(text, values)),
    copyIn: (text, data) => heedingOne(() => session.copyIn(text, data)),
    pipeline: async (statements, onResult) => {
      const last = signal.aborted
      const outcome = await heeding(() => session.pipeline(statements, onResult))
      if (outcome.failure === undefined || !signal.aborted) return outcome
      const { index, error } = outcome.failure
      const failure = { index, error: whoseFailure(error, { last, reason: signal.reason }) }
      return { ...outcome, failure }
    },
  }
}

interface Limits {
  readonly signal: AbortSignal
  readonly patienceMs: number
}

async function cancelledOnAbort<T>(
  session: Pick<Session, 'cancel' | 'close'>,
  { signal, patienceMs }: Limits,
  run: () => Promise<T>,
): Promise<T> {
  const ended = new AbortController()
  let asking: Promise<void> | undefined
  const ask = () => {
    asking = cancelUntil(session, { ms: patienceMs, ended: ended.signal })
  }
  signal.addEventListener('abort', ask, { once: true })
  if (signal.aborted) ask()
  try {
    return await run()
  } finally {
    signal.removeEventListener('abort', ask)
    ended.abort()
    await asking
  }
}

/**
 * The interrupt's, where it ended the statement; what the server says of one of the last by itself
 * is not. A reason is one object for all that it ends, and each of them has a cause of its own.
 */
function whoseFailure(error: unknown, by: { readonly last: boolean; readonly reason: unknown }) {
  const cancelled = sqlstateOf(error) === QUERY_CANCELED || isConnectionLost(error)
  if ((by.last && !cancelled) || !(by.reason instanceof GateError)) return error
  const { code, message, facts, hint } = by.reason
  return new GateError(code, message, { facts, hint, cause: error })
}
