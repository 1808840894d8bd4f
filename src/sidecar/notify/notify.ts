import { randomUUID } from 'node:crypto'
import { oneLine } from '../../base/words.ts'
import type { NotifyTarget } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import type { Board } from '../status/board.ts'
import type { Status, Transition } from '../status/status.ts'
import { postJson } from './post.ts'

/** For one post, in milliseconds. */
const POST_MS = 5_000
/** Pauses before the tries after the first, in milliseconds. */
const PAUSES_MS = [1_000, 3_000]
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
      if (waiting.length > MOST_WAITING) {
        waiting.shift()
        count(board, false)
      }
      if (!busy) void drain()
    },
  })
}

/** What is posted. `text` is what chat systems show; `id` tells a second try from a second change. */
export function noticeOf(status: Status, { number, at, kind, message }: Transition) {
  const { verdict, exitCode, reason, version, database, revisions } = status
  return {
    id: randomUUID(),
    text: chatText(`pgate: ${database.label}: ${message}`),
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

/**
 * One line that a chat system shows as it is: what Slack and the like would take for a link, a mention
 * or markup comes from names and messages of the database.
 * @see https://docs.slack.dev/messaging/formatting-message-text#escaping
 */
function chatText(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return oneLine(escaped)
}

function count(board: Board, sent: boolean): void {
  const { notices } = board.status()
  const more = sent ? { sent: notices.sent + 1 } : { failed: notices.failed + 1 }
  board.post({ notices: { ...notices, ...more } })
}

/** True where the receiver took it; false where it did not, or the sidecar is told to stop. */
async function delivered(
  { clock, log, signal }: StepContext,
  { url }: NotifyTarget,
  body: string,
): Promise<boolean> {
  for (const pauseMs of [...PAUSES_MS, undefined]) {
    const problem = await postJson({ url, body, timeoutMs: POST_MS, signal })
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
