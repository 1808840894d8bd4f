import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from './session.ts'

/**
 * A cancel request that overtakes its statement finds nothing to cancel, so it is sent again;
 * milliseconds between two of them.
 */
const ASK_AGAIN_MS = 250

/** How long the server has to answer, and what says that it did. */
export interface CancelLimits {
  /** From now to the end of the session, in milliseconds; 0 or more. */
  readonly ms: number
  /** Aborts when the statement has ended. */
  readonly ended: AbortSignal
}

/**
 * Asks the server to cancel what the session runs, again and again until `ended` aborts, and closes
 * the session when patience is at its end. Resolves when no request is under way any more, so that
 * none of them hits the session's next statement; never rejects.
 */
export async function cancelUntil(
  session: Pick<Session, 'cancel' | 'close'>,
  { ms, ended }: CancelLimits,
): Promise<void> {
  const done = new AbortController()
  let out = false
  const patience = sleep(ms, done.signal).then(() => {
    out = true
  })
  while (!out && !ended.aborted) {
    await Promise.race([session.cancel(), patience])
    await Promise.race([sleep(ASK_AGAIN_MS, ended), patience])
  }
  done.abort()
  if (!ended.aborted) await session.close()
}

/** Resolves after `ms`, or as soon as `ended` aborts. */
async function sleep(ms: number, ended: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal: ended })
  } catch (error) {
    if (!ended.aborted) throw error
  }
}
