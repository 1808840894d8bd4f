import type { Clock } from '../clock.ts'
import { ConnectError, type ConnectFailure } from '../postgres/connect-error.ts'
import { codeOf } from '../postgres/connection-lost.ts'
import type { Database, Session } from '../postgres/session.ts'
import { isConnectionLost, sqlstateOf } from '../postgres/sqlstate.ts'
import { type Classified, classify, classifyAll } from './classify.ts'
import { withLimit } from './limit.ts'

/** What one attempt came to. Only `usable` holds a session, which is the caller's to close. */
export type ProbeResult =
  | { readonly status: 'usable'; readonly session: Session }
  | (Classified & { readonly status: 'waiting' })
  | (Classified & { readonly status: 'refused'; readonly needsGrace: boolean })

export interface ProbeOptions {
  readonly clock: Clock
  /** Aborting rejects at once with the signal's reason. */
  readonly signal: AbortSignal
  /** For one host, in milliseconds; 1 or more. */
  readonly timeoutMs: number
  /** For the whole attempt, however many hosts there are, in milliseconds; 1 or more. */
  readonly limitMs: number
}

/**
 * One attempt: connects, and asks whether the session is on a primary that takes writes. A session
 * that is not returned is closed.
 * @throws the signal's reason; whatever is neither a failed connection nor a server's answer
 */
export async function probe(database: Database, options: ProbeOptions): Promise<ProbeResult> {
  const late = () => failed([tooLate(database.label)])
  return withLimit(options, late, async (signal) => {
    const session = await connect(database, { timeoutMs: options.timeoutMs, signal })
    return 'status' in session ? session : judge(session, { host: database.label, signal })
  })
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
}

/** Closes the session unless it is usable; an abort closes it under the question. */
async function judge(session: Session, { host, signal }: Asking): Promise<ProbeResult> {
  let usable = false
  let closing: Promise<void> | undefined
  const close = () => {
    closing ??= session.close()
  }
  signal.addEventListener('abort', close, { once: true })
  try {
    const result = await examine(session, host)
    usable = result.status === 'usable' && !signal.aborted
    return result
  } finally {
    signal.removeEventListener('abort', close)
    if (!usable) close()
    await closing
  }
}

interface Standing {
  readonly recovery: boolean
  readonly readOnly: string
}

async function examine(session: Session, host: string): Promise<ProbeResult> {
  try {
    const { rows } = await session.query<Standing>(/* SQL */ `
      select
        pg_catalog.pg_is_in_recovery() as "recovery",
        pg_catalog.current_setting('transaction_read_only') as "readOnly"
    `)
    const [standing] = rows
    if (standing?.recovery) return failed([standby(host)])
    if (standing?.readOnly === 'on') return failed([readOnly(host)])
    return Object.freeze({ status: 'usable', session })
  } catch (error) {
    return failed([lostWhileAsked(error, host)])
  }
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
