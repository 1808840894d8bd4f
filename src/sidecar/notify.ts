import { randomUUID } from 'node:crypto'
import type { NotifyTarget } from '../config.ts'
import type { StepContext } from '../context.ts'
import type { Board } from './board.ts'
import type { Status, Transition } from './status.ts'

/** For one post, in milliseconds. */
const POST_MS = 5_000
/** Pauses before the tries after the first, in milliseconds. */
const PAUSES_MS = [1_000, 5_000]
/** What is not told yet; the oldest is dropped where a receiver is away for long. */
const MOST_WAITING = 20

/** Tells PGATE_NOTIFY_URL of changes, one after the other, beside everything else. */
export interface Notifier {
  tell(transition: Transition): void
}

const NOBODY: Notifier = Object.freeze({ tell: () => {} })

/**
 * A notifier that posts each transition once: a few tries, each with a time limit, and what fails
 * in the end is logged and counted on the board, never thrown. Nothing of the URL is logged.
 */
export function createNotifier(context: StepContext, board: Board): Notifier {
  const { notify } = context.config
  if (notify === undefined) return NOBODY
  const waiting: string[] = []
  let busy = false
  const drain = async () => {
    busy = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      count(board, await delivered(context, notify, next))
    }
    busy = false
  }
  return Object.freeze({
    tell: (transition: Transition) => {
      waiting.push(JSON.stringify(noticeOf(board.status(), transition)))
      if (waiting.length > MOST_WAITING) waiting.shift()
      if (!busy) void drain()
    },
  })
}

/** What is posted. `text` is what chat systems show; `id` tells a second try from a second change. */
export function noticeOf(status: Status, { number, at, kind, message }: Transition) {
  const { verdict, exitCode, reason, version, database, revisions } = status
  return {
    id: randomUUID(),
    text: `pgate: ${database.label}: ${message}`,
    number,
    at,
    kind,
    message,
    verdict,
    exitCode,
    reason,
    database: database.label,
    revisions: revisions.current,
    version,
  }
}

function count(board: Board, sent: boolean): void {
  const { notices } = board.status()
  const more = sent ? { sent: notices.sent + 1 } : { failed: notices.failed + 1 }
  board.post({ notices: { ...notices, ...more } })
}

/** True where the receiver took it; false where it did not, or the sidecar is told to stop. */
async function delivered(
  { clock, log, signal }: StepContext,
  target: NotifyTarget,
  body: string,
): Promise<boolean> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const problem = await post(target, body, signal)
    if (problem === undefined) return true
    if (signal.aborted) return false
    if (pauseMs === undefined) {
      log.warn('sidecar.unnotified', `PGATE_NOTIFY_URL could not be told: ${problem}`, { problem })
      return false
    }
    const stopped = await clock.sleep(pauseMs, signal).then(
      () => false,
      () => true,
    )
    if (stopped) return false
  }
  return false
}

/** What went wrong, without the URL; undefined where the receiver answered with a 2xx. */
async function post(
  { url }: NotifyTarget,
  body: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      // A redirect would carry the notice to somebody else.
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(POST_MS)]),
    })
    await response.body?.cancel()
    return response.ok ? undefined : `it answered ${response.status}`
  } catch (error) {
    return problemOf(error)
  }
}

/** fetch wraps the system's error, and its own message may quote the URL. */
function problemOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown error'
  if (error.name === 'TimeoutError') return `no answer within ${POST_MS / 1000} s`
  const { cause } = error
  return cause instanceof Error && 'code' in cause ? String(cause.code) : error.name
}
