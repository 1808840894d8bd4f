import type { Clock } from '../../base/clock.ts'
import { withLimit } from '../../base/limit.ts'
import { ConnectError, type ConnectFailure } from '../../postgres/connect/connect-failure.ts'
import { cancelUntil } from '../../postgres/session/cancel.ts'
import { codeOf } from '../../postgres/session/connection-lost.ts'
import type {
  Database,
  PipelineResult,
  PipelineStatement,
  Session,
} from '../../postgres/session/session.ts'
import { isConnectionLost, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import { type Classified, classify, classifyAll } from './classify.ts'

/** What one attempt came to. Only `usable` holds a session, which is the caller's to close. */
export type ProbeResult =
  | { readonly status: 'usable'; readonly session: Session; readonly answers: PipelineResult }
  | (Classified & { readonly status: 'waiting' })
  | (Classified & { readonly status: 'refused'; readonly needsGrace: boolean })

/** What the caller wants to know anyway: it leaves together with the probe's own question. */
export interface Question {
  readonly statements: readonly PipelineStatement[]
  /** Called once they have left, so that the way there and back is not spent idly. */
  readonly meanwhile?: () => void
}

/**
 * `write`: a primary that takes writes. `read`: any server that answers, a standby too.
 */
export type Needs = 'write' | 'read'

/** The sessions that a session waits for, looked at from another one. */
export type WhoIsInTheWay = (
  waiting: Session,
  signal: AbortSignal,
) => Promise<readonly { readonly pid: number; readonly described: string }[]>

interface ProbeOptions {
  readonly question?: Question | undefined
  /** Absent: `write`. */
  readonly needs?: Needs | undefined
  readonly whoIsInTheWay?: WhoIsInTheWay | undefined
  /** Called once with what the question waits for. */
  readonly onBlocked?: (message: string) => void
  readonly clock: Clock
  /** Aborting rejects at once with the signal's reason. */
  readonly signal: AbortSignal
  /** For one host, in milliseconds; 1 or more. */
  readonly timeoutMs: number
  /** For the whole attempt, however many hosts there are, in milliseconds; 1 or more. */
  readonly limitMs: number
}

/**
 * One attempt: connects, and asks whether the session is of the kind that is needed. A session that
 * is not returned is closed.
 * @throws the signal's reason; whatever is neither a failed connection nor a server's answer
 */
export async function probe(database: Database, options: ProbeOptions): Promise<ProbeResult> {
  const host = database.label
  let late = tooLate(host)
  const attempt = async (signal: AbortSignal): Promise<ProbeResult> => {
    const session = await connect(database, { timeoutMs: options.timeoutMs, signal })
    if ('status' in session) return session
    late = unanswered(host)
    const watch = watchQuestion(session, { ...options, signal, host }, (found) => {
      late = found
    })
    try {
      return await judge(session, { ...options, host, signal })
    } finally {
      watch.stop()
    }
  }
  let ended: Promise<unknown> | undefined
  try {
    return await withLimit(
      options,
      () => failed([late]),
      (signal) => {
        const attempted = attempt(signal)
        ended = attempted.catch(() => {})
        return attempted
      },
    )
  } finally {
    // The process ends after an interrupt, and must not end before the question is cancelled.
    if (options.signal.aborted) await ended
  }
}

async function connect(
  database: Database,
  options: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Session | ProbeResult> {
  try {
    return await database.connect(options)
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error
    return failed(error.failures)
  }
}

interface Asking {
  readonly host: string
  readonly signal: AbortSignal
  readonly question?: Question | undefined
  readonly needs?: Needs | undefined
}

/** From the abort to the end of a session that does not answer, in milliseconds. */
const PATIENCE_MS = 1_000

/** Closes the session unless it is usable; an abort cancels the question. */
async function judge(session: Session, asking: Asking): Promise<ProbeResult> {
  const { signal } = asking
  const answered = new AbortController()
  let usable = false
  let cancelling: Promise<void> | undefined
  const cancel = () => {
    cancelling = cancelUntil(session, { ms: PATIENCE_MS, ended: answered.signal })
  }
  signal.addEventListener('abort', cancel, { once: true })
  try {
    const result = await examine(session, asking)
    usable = result.status === 'usable' && !signal.aborted
    return result
  } finally {
    signal.removeEventListener('abort', cancel)
    answered.abort()
    await cancelling
    if (!usable) await session.close()
  }
}

const STANDING: PipelineStatement = {
  text: /* SQL */ `
    select
      pg_catalog.pg_is_in_recovery() as "recovery",
      pg_catalog.current_setting('transaction_read_only') as "readOnly"
  `,
}

async function examine(session: Session, asking: Asking): Promise<ProbeResult> {
  const { host, question, needs = 'write' } = asking
  const asked = session.pipeline([STANDING, ...(question?.statements ?? [])])
  if (question?.meanwhile !== undefined) setImmediate(question.meanwhile)
  const { results, failure } = await asked
  const [standing, ...others] = results
  if (standing === undefined) return failed([lostWhileAsked(failure?.error, host)])
  const { recovery, readOnly: isReadOnly } = standing.rows[0] ?? {}
  if (needs === 'write' && recovery === true) return failed([standby(host)])
  if (needs === 'write' && isReadOnly === 'on') return failed([readOnly(host)])
  const answers = { results: others, ...(failure && { failure }) }
  return Object.freeze({ status: 'usable', session, answers })
}

function failed(failures: readonly ConnectFailure[]): ProbeResult {
  const result = classifyAll(failures) ?? classify(noHost())
  if (result.patience === 'wait') return Object.freeze({ ...result, status: 'waiting' })
  const needsGrace = result.patience === 'grace'
  return Object.freeze({ ...result, status: 'refused', needsGrace })
}

function tooLate(host: string): ConnectFailure {
  return { host, ping: 'no response', reason: 'TIMEOUT', message: 'no answer in time' }
}

function unanswered(host: string): ConnectFailure {
  const message = 'connected, and the first question had no answer in time'
  return { host, ping: 'accepting', reason: 'NO_ANSWER', message }
}

/** A question that is answered sooner is not worth a second connection. */
const WATCH_AFTER_MS = 1_000
const LOOK_EVERY_MS = 3_000

/** Looks whom the question waits for, as long as it has no answer. Looking never fails the attempt. */
function watchQuestion(
  session: Session,
  options: Pick<ProbeOptions, 'clock' | 'signal' | 'whoIsInTheWay' | 'onBlocked'> & Asking,
  found: (failure: ConnectFailure) => void,
): { stop(): void } {
  const { clock, host, whoIsInTheWay, onBlocked } = options
  const answered = new AbortController()
  const signal = AbortSignal.any([options.signal, answered.signal])
  let isReported = false
  const look = async (who: WhoIsInTheWay) => {
    await clock.sleep(WATCH_AFTER_MS, signal)
    for (;;) {
      const blockers = await who(session, signal)
      if (blockers.length > 0) {
        const described = blockers.map((one) => one.described).join('; ')
        const message = `connected, and the first question ${described}`
        const inTheWay = blockers.map(({ pid }) => pid)
        found({ host, ping: 'accepting', reason: 'BLOCKED', message, inTheWay })
        if (!isReported) onBlocked?.(message)
        isReported = true
      }
      await clock.sleep(LOOK_EVERY_MS, signal)
    }
  }
  if (whoIsInTheWay !== undefined) look(whoIsInTheWay).catch(() => {})
  return { stop: () => answered.abort() }
}

function standby(host: string): ConnectFailure {
  const message = 'the server is a standby in recovery'
  return { host, ping: 'accepting', reason: 'IN_RECOVERY', message }
}

function readOnly(host: string): ConnectFailure {
  const message = 'transactions are read-only'
  return { host, ping: 'accepting', reason: 'READ_ONLY', message }
}

function noHost(): ConnectFailure {
  return { host: 'none', ping: 'no attempt', reason: 'NO_HOST', message: 'no host to connect to' }
}

/** The server went away, or a pooler lost it, between its welcome and its first answer. */
function lostWhileAsked(error: unknown, host: string): ConnectFailure {
  const reason = sqlstateOf(error) ?? (isConnectionLost(error) ? codeOf(error) : undefined)
  if (reason === undefined || !(error instanceof Error)) throw error
  return { host, ping: 'accepting', reason, message: error.message }
}
