import { PAGE_POLICY, renderPage } from '../page/page.ts'
import type { Board } from './board.ts'
import { metricsText } from './metrics.ts'
import { METRICS_TYPE } from './prometheus.ts'
import type { Status } from './status.ts'

/** One answer, ready to be sent any number of times. */
export interface Answer {
  readonly code: 200 | 503
  readonly type: string
  readonly body: Buffer
  readonly headers?: Readonly<Record<string, string>>
}

/** What an HTTP server answers from: memory alone, whatever is requested. */
export interface Answers {
  /** Undefined where there is no such path. */
  of(url: string): Answer | undefined
  /** The document of `/events`, one line. */
  event(): string
  /** Calls `listener` after each change. */
  watch(listener: () => void): void
}

export const TEXT_TYPE = 'text/plain; charset=utf-8'

type Render = (status: Status) => Answer

/** What each path answers from the status alone. */
const RENDERS = {
  '/': (status) => ({
    ...answer('text/html; charset=utf-8', renderPage(status)),
    headers: { 'content-security-policy': PAGE_POLICY },
  }),
  '/healthz': () => answer(TEXT_TYPE, 'alive\n'),
  '/startupz': (status) => probe(status.openedAt !== null, status),
  // The database is every pod's at once: what fails in all of them is no reason to stop sending
  // requests to one. @see docs/decisions/0030-the-sidecar.md
  '/readyz': (status) => probe(status.openedAt !== null, status),
  '/readyz?strict': (status) => probe(isSound(status), status),
  '/status': (status) => answer('application/json; charset=utf-8', `${JSON.stringify(status)}\n`),
  '/metrics': (status) => answer(METRICS_TYPE, metricsText(status)),
} as const satisfies Record<string, Render>

type AnswerPath = keyof typeof RENDERS

/** The path's name where there is such an answer; `?strict` counts for `/readyz` alone. */
function answerPath(url: string): AnswerPath | undefined {
  const [path = '', query = ''] = url.split('?', 2)
  const strict = path === '/readyz' && /^strict(?:=|&|$)/.test(query)
  const name = strict ? '/readyz?strict' : path
  return isAnswerPath(name) ? name : undefined
}

function isAnswerPath(name: string): name is AnswerPath {
  return Object.hasOwn(RENDERS, name)
}

/**
 * The answers of the newest status. Each is made when it is first asked for after a change, and
 * then sent as it is: a thousand requests cost one.
 */
export function answersOf(board: Board): Answers {
  const made = new Map<AnswerPath, Answer>()
  board.watch(() => made.clear())
  const at = (path: AnswerPath) => {
    const ready = made.get(path)
    if (ready !== undefined) return ready
    const fresh = RENDERS[path](board.status())
    made.set(path, fresh)
    return fresh
  }
  return Object.freeze({
    of: (url: string) => {
      const path = answerPath(url)
      return path && at(path)
    },
    event: () => at('/status').body.toString(),
    // The answers forget the old status first: they watch the board from before.
    watch: (listener: () => void) => board.watch(listener),
  })
}

/** Open by the newest verify, and the database answers. */
function isSound({ verdict, database }: Status): boolean {
  return verdict === 'open' && database.outage === null
}

function probe(passes: boolean, status: Status): Answer {
  return { ...answer(TEXT_TYPE, `${summaryOf(status)}\n`), code: passes ? 200 : 503 }
}

/** `shut: VERIFY_DRIFT: …`, in one line. */
function summaryOf({ verdict, reason, database }: Status): string {
  const why = reason === null ? '' : `: ${reason.code}: ${reason.message}`
  const { outage } = database
  const away = outage === null ? '' : `; no answer since ${outage.since}: ${outage.message}`
  return `${verdict}${why}${away}`
}

/** An answer of 200. */
export function answer(type: string, text: string): Answer {
  return { code: 200, type, body: Buffer.from(text) }
}
