import type { StepContext } from '../config/context.ts'
import { type Database, type Session, withSession } from '../postgres/session/session.ts'

const RENEW_EVERY_MS = 10_000
/** After a renewal that failed. */
const AGAIN_AFTER_MS = 2_000
const CONNECT_MS = 5_000

/** What is kept alive, and over which connections. */
export interface Heartbeat {
  readonly context: StepContext
  readonly database: Database
  /** Resolves to false when there is nothing left to renew. */
  readonly renew: (session: Session) => Promise<boolean>
  /** Called once, when `renew` says no. */
  readonly onLost: () => void
}

/**
 * Renews every ten seconds over a connection of its own, which is opened at the first renewal, and
 * opened again when it is lost. A renewal that fails is no loss: only the lease's row says that.
 * @returns what stops it; resolves when nothing of it runs any more
 */
export function startHeartbeat(heartbeat: Heartbeat): () => Promise<void> {
  const stop = new AbortController()
  const renewing = renewUntil(heartbeat, stop.signal)
  return async () => {
    stop.abort()
    await renewing
  }
}

async function renewUntil(
  { context, database, renew, onLost }: Heartbeat,
  stop: AbortSignal,
): Promise<void> {
  const { clock, log } = context
  for (let pauseMs = RENEW_EVERY_MS; ; pauseMs = AGAIN_AFTER_MS) {
    try {
      await clock.sleep(pauseMs, stop)
      await withSession(database, { timeoutMs: CONNECT_MS, signal: stop }, async (session) => {
        // A renewal that waits for a free server connection must not keep the gate from ending.
        stop.addEventListener('abort', () => void session.close(), { once: true })
        while (await renew(session)) await clock.sleep(RENEW_EVERY_MS, stop)
      })
      onLost()
      return
    } catch (error) {
      if (stop.aborted) return
      log.debug('lease.renew', 'A heartbeat failed; trying again', { reason: String(error) })
    }
  }
}
