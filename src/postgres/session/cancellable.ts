import { cancelUntil } from './cancel-until.ts'
import type { Session } from './session.ts'

/**
 * From the abort to the end of the session, in milliseconds: an interrupted gate has two seconds,
 * and something is left of them for its last words.
 */
export const PATIENCE_MS = 1_500

/**
 * Runs `run`, which uses the session. When the signal aborts meanwhile, asks the server to cancel
 * and waits for `run` to end; what has not ended after 1.5 seconds loses its session. Once aborted
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
  let asking: Promise<void> | undefined
  const stop = () => {
    const patience = { ms: PATIENCE_MS, ended: ended.signal }
    asking = cancelUntil(session, patience).then(stopped.resolve)
  }
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
    await asking
  }
}
