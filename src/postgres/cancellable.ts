import { setTimeout as delay } from 'node:timers/promises'
import type { Session } from './session.ts'

/** From the abort to the end of the session, in milliseconds. */
const PATIENCE_MS = 2000

/**
 * A cancel request that overtakes its statement finds nothing to cancel, so it is sent again;
 * milliseconds between two of them.
 */
const ASK_AGAIN_MS = 250

/**
 * Runs `run`, which uses the session. When the signal aborts meanwhile, asks the server to cancel
 * and waits for `run` to end; what has not ended after two seconds loses its session. Once aborted
 * it always rejects with the signal's reason, even where `run` came through after all.
 * @throws what `run` throws, or the reason of the aborted signal
 */
export async function cancellable<T>(
  session: Session,
  signal: AbortSignal,
  run: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const running = run()
  const ended = new AbortController()
  const stopped = Promise.withResolvers<void>()
  const stop = () => void cancelUntil(session, ended.signal).then(stopped.resolve)
  signal.addEventListener('abort', stop, { once: true })
  const settled = running.then(
    () => {},
    () => {},
  )
  try {
    await Promise.race([settled, stopped.promise])
    signal.throwIfAborted()
    return await running
  } finally {
    signal.removeEventListener('abort', stop)
    ended.abort()
  }
}

/** Asks again and again until `ended` aborts; closes the session when patience is at its end. */
async function cancelUntil(session: Session, ended: AbortSignal): Promise<void> {
  const patience = sleep(PATIENCE_MS, ended)
  let out = false
  void patience.then(() => {
    out = true
  })
  while (!out && !ended.aborted) {
    await Promise.race([session.cancel(), patience])
    await Promise.race([sleep(ASK_AGAIN_MS, ended), patience])
  }
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
