import type { StepContext } from '../config/context.ts'
import { type Database, type Session, withSession } from '../postgres/session/session.ts'

const BEAT_EVERY_MS = 10_000
/** After a beat that failed. */
const AGAIN_AFTER_MS = 2_000
const CONNECT_MS = 5_000

/** What beats, and from where. */
export interface Heart {
  readonly context: StepContext
  readonly database: Database
  /** Tells whether there is still something to beat for. */
  readonly beat: (session: Session) => Promise<boolean>
  /** Called once, when `beat` said no. */
  readonly onLost: () => void
}

/**
 * Beats every ten seconds from a connection of its own, which is opened at the first beat, and
 * opened again when it is lost. A beat that fails is no loss: only the lease's row tells that.
 * @returns what stops it; resolves when nothing of it runs any more
 */
export function startHeartbeat(heart: Heart): () => Promise<void> {
  const stop = new AbortController()
  const beating = beatUntil(heart, stop.signal)
  return async () => {
    stop.abort()
    await beating
  }
}

async function beatUntil({ context, database, beat, onLost }: Heart, stop: AbortSignal) {
  const { clock, log } = context
  for (let pauseMs = BEAT_EVERY_MS; ; pauseMs = AGAIN_AFTER_MS) {
    try {
      await clock.sleep(pauseMs, stop)
      await withSession(database, { timeoutMs: CONNECT_MS, signal: stop }, async (session) => {
        // A beat that waits for a free server connection must not keep the gate from ending.
        stop.addEventListener('abort', () => void session.close(), { once: true })
        while (await beat(session)) await clock.sleep(BEAT_EVERY_MS, stop)
      })
      onLost()
      return
    } catch (error) {
      if (stop.aborted) return
      log.debug('lease.beat', 'A heartbeat failed; trying again', { reason: String(error) })
    }
  }
}
