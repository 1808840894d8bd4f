import type { Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { serialize } from 'pg-protocol'
import { openStream, type SessionOpening, withSocket } from '../connect/handshake.ts'
import type { Session } from './session.ts'

/** From BackendKeyData: what names a session to the server, and proves that it is ours. */
export interface CancelKey {
  readonly processId: number
  readonly secretKey: number
}

/** How long asking may take, in milliseconds. */
const CANCEL_MS = 2000

/**
 * Asks the server, over a new connection to the same address with the same encryption, to cancel
 * what the session runs. Resolves when the server has read it; never rejects, and takes at most
 * two seconds: where it proves impossible, `warn` says why.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function requestCancel(
  key: CancelKey,
  opening: SessionOpening,
  warn: (message: string) => void,
): Promise<void> {
  try {
    await withSocket(AbortSignal.timeout(CANCEL_MS), async (socket) => {
      const stream = await openStream(socket, opening)
      stream.write(serialize.cancel(key.processId, key.secretKey))
      await closed(stream)
      socket.destroy()
    })
  } catch (error) {
    warn(
      `the server could not be asked to cancel: ${error instanceof Error ? error.message : error}`,
    )
  }
}

/** The server answers nothing: that it closes is the sign that the signal has been sent. */
async function closed(stream: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once('end', resolve).once('close', resolve).resume()
  })
}

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
