import { randomUUID } from 'node:crypto'
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { oneLine } from '../../base/words.ts'
import type { NotifyTarget } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import type { Status, Transition } from '../status/status.ts'

/** For one post, in milliseconds. */
const POST_MS = 5_000
/** Pauses before the tries after the first, in milliseconds. */
const PAUSES_MS = [1_000, 3_000]
/** What is not sent yet; the oldest is dropped where a receiver is away for long. */
const MOST_WAITING = 20

/** Notifies PGATE_NOTIFY_URL of changes, one after the other, next to everything else. */
export interface Notifier {
  notify(transition: Transition): void
}

const NOBODY: Notifier = Object.freeze({ notify: () => {} })

/**
 * A notifier that posts each transition once: a few tries, each with a time limit, and what fails
 * in the end is logged and counted on the board, never thrown. Nothing of the URL is logged.
 */
export function createNotifier(context: StepContext, { notice, count }: Notifying): Notifier {
  const { notify } = context.config
  if (notify === undefined) return NOBODY
  const waiting: string[] = []
  let busy = false
  const drain = async () => {
    busy = true
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      count(await delivered(context, notify, next))
    }
    busy = false
  }
  return Object.freeze({
    notify: (transition: Transition) => {
      waiting.push(bodyOf(notice(), transition))
      if (waiting.length > MOST_WAITING) {
        waiting.shift()
        count(false)
      }
      if (!busy) void drain()
    },
  })
}

/** What is posted, besides what every notice says. */
export interface Notice {
  /** Who reports it. */
  readonly label: string
  readonly facts: object
}

/** What a notifier reads of the status, and reports to it. */
interface Notifying {
  readonly notice: () => Notice
  /** Counts what became of a post. */
  readonly count: (sent: boolean) => void
}

/** `text` is what chat systems show; `id` distinguishes a second try from a second change. */
function bodyOf({ label, facts }: Notice, { number, at, kind, message }: Transition): string {
  const text = chatText(`pgate: ${label}: ${message}`)
  return JSON.stringify({ id: randomUUID(), text, number, at, kind, message, ...facts })
}

/** What is posted of a database. */
export function databaseNotice(status: Status): Notice {
  const { verdict, exitCode, reason, version, database, revisions } = status
  const { label } = database
  const facts = {
    verdict,
    exitCode,
    reason,
    database: label,
    revisions: revisions.current,
    version,
  }
  return { label, facts }
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

/** The count after one more post. Pure. */
export function withPost(count: Status['notifications'], sent: boolean): Status['notifications'] {
  return { ...count, ...(sent ? { sent: count.sent + 1 } : { failed: count.failed + 1 }) }
}

/** True where the receiver took it; false where it did not, or the sidecar has to stop. */
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
      log.warn('sidecar.unnotified', `PGATE_NOTIFY_URL could not be notified: ${problem}`, {
        problem,
      })
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

/** What is sent, and until when. */
export interface Post {
  readonly url: string
  /** JSON. */
  readonly body: string
  /** For all of it, in milliseconds; 1 or more. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/**
 * Posts JSON, over a connection of its own. A redirect is not followed: it would carry the notice to
 * somebody else.
 * @returns what went wrong, in a few words without the URL; undefined where the answer is a 2xx
 */
export async function postJson(post: Post): Promise<string | undefined> {
  const limit = AbortSignal.timeout(post.timeoutMs)
  try {
    const { statusCode = 0 } = await answerTo(post, AbortSignal.any([post.signal, limit]))
    return statusCode >= 200 && statusCode < 300 ? undefined : `it answered ${statusCode}`
  } catch (error) {
    if (limit.aborted) return `no answer within ${post.timeoutMs / 1000} s`
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    // The message of an error may quote the URL; its code does not.
    return typeof code === 'string' ? code : 'unknown error'
  }
}

function answerTo({ url, body }: Post, signal: AbortSignal): Promise<IncomingMessage> {
  const send = url.startsWith('https:') ? requestHttps : requestHttp
  const headers = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  }
  return new Promise((resolve, reject) => {
    const request = send(url, { method: 'POST', headers, signal, agent: false })
    request.once('error', reject)
    request.once('response', (response) => {
      // The answer's head is all that counts; its body, however long, is not read.
      response.destroy()
      resolve(response)
    })
    request.end(body)
  })
}
