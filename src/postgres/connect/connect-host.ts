import { withTimeout } from '../../base/limit.ts'
import { requestCancel } from '../session/cancel.ts'
import { serverSession } from '../session/server-session.ts'
import type { Session } from '../session/session.ts'
import type { Login } from './authenticate.ts'
import {
  AttemptError,
  type ConnectFailure,
  type ConnectProgress,
  connectFailure,
  moreSpecific,
  type Next,
  nextAfter,
} from './connect-failure.ts'
import {
  type Address,
  addressesOf,
  type Encryption,
  openStream,
  type SessionOpening,
  type TlsWish,
  withSocket,
} from './handshake.ts'
import { logIn } from './log-in.ts'
import type { TargetSessionAttrs } from './target.ts'

/** Everything that one host is tried with. */
export interface HostAttempt {
  readonly login: Login
  /** At least one; tried in order. */
  readonly encryptions: readonly Encryption[]
  readonly tls: TlsWish
  readonly keepAlive: boolean
  readonly wanted: WantedSession
  /** For the whole host, in milliseconds; 1 or more. */
  readonly timeoutMs: number
  readonly signal: AbortSignal
  readonly warn: (message: string) => void
  /** Called where TLS was tried and the session is in plain text all the same, with the reason. */
  readonly onPlain: (reason: PlainReason) => void
}

/** Why a connection is not encrypted although TLS would do. */
export interface PlainReason {
  readonly message: string
  /** True where the server said that it offers no TLS, and nothing failed. */
  readonly isDeclined: boolean
}

/** Why a host gave no session, and what may be tried now. */
export interface HostFailure {
  readonly failure: ConnectFailure
  readonly next: Next
}

export type HostOutcome = { readonly session: Session } | HostFailure

/**
 * Tries one host: each of its addresses, each with the encryptions that are allowed. An address
 * gets an equal share of the time that is left, so that a black hole leaves some for the others.
 * @throws the reason of the aborted signal
 */
export async function connectHost(attempt: HostAttempt): Promise<HostOutcome> {
  const end = performance.now() + attempt.timeoutMs
  const looked = await lookUp(attempt)
  if ('next' in looked) return looked
  let earlier: HostFailure | undefined
  for (const [index, address] of looked.addresses.entries()) {
    const timeoutMs = Math.max(1, (end - performance.now()) / (looked.addresses.length - index))
    const outcome = await connectAddress({ ...attempt, timeoutMs }, address)
    if ('session' in outcome) return outcome
    earlier = after(earlier, outcome)
    if (outcome.next !== 'next address') return earlier
  }
  return earlier ?? nothing(attempt, new AttemptError('CLOSED', 'the host name has no address'))
}

function limitOf(signal: AbortSignal, timeoutMs: number) {
  const message = `no session within ${Math.round(timeoutMs)} ms`
  return { signal, timeoutMs, late: () => new AttemptError('TIMEOUT', message) }
}

async function lookUp(
  attempt: HostAttempt,
): Promise<{ readonly addresses: readonly Address[] } | HostFailure> {
  try {
    const addresses = await withTimeout(limitOf(attempt.signal, attempt.timeoutMs), (limited) =>
      addressesOf(attempt.login.host, limited),
    )
    return { addresses }
  } catch (error) {
    attempt.signal.throwIfAborted()
    return nothing(attempt, error)
  }
}

function nothing(attempt: HostAttempt, error: unknown): HostFailure {
  const failure = connectFailure(attempt.login.host, error, start())
  return { failure, next: 'next host' }
}

function start(): ConnectProgress {
  return { phase: 'connecting', encrypted: false, asked: false }
}

async function connectAddress(attempt: HostAttempt, address: Address): Promise<HostOutcome> {
  const { signal, encryptions, login } = attempt
  const end = performance.now() + attempt.timeoutMs
  let earlier: HostFailure | undefined
  for (const [index, encryption] of encryptions.entries()) {
    const progress = start()
    const way = { address, encryption, progress }
    try {
      const leftMs = Math.max(1, end - performance.now())
      const session = await withTimeout(limitOf(signal, leftMs), (limited) =>
        open(attempt, way, limited),
      )
      if (session.isEncrypted === false) reportPlain(attempt, encryption, earlier)
      return { session }
    } catch (error) {
      signal.throwIfAborted()
      // Where TLS was only offered and declined, the other encryption is what has just been tried.
      const differs = encryption !== 'offered' || progress.encrypted || progress.phase === 'tls'
      const next = nextAfter(error, progress, differs && index + 1 < encryptions.length)
      const outcome = { failure: connectFailure(login.host, error, progress), next }
      earlier = after(earlier, outcome)
      if (next !== 'other encryption') return earlier
    }
  }
  return earlier ?? nothing(attempt, new AttemptError('CLOSED', 'no encryption to try'))
}

function reportPlain(
  { encryptions, onPlain }: HostAttempt,
  by: Encryption,
  earlier: HostFailure | undefined,
): void {
  if (by === 'offered') onPlain({ message: 'the server offers no TLS', isDeclined: true })
  else if (encryptions[0] === 'offered' && earlier !== undefined) {
    onPlain({ message: earlier.failure.message, isDeclined: false })
  }
}

/** What counts after a further failure: the more specific one, in the words of both. */
function after(earlier: HostFailure | undefined, later: HostFailure): HostFailure {
  if (earlier === undefined) return later
  const messages = new Set([earlier.failure.message, later.failure.message])
  const failure = moreSpecific(earlier.failure, later.failure)
  return { next: later.next, failure: { ...failure, message: [...messages].join('; then ') } }
}

type Way = Pick<SessionOpening, 'address' | 'encryption' | 'progress'>

async function open(attempt: HostAttempt, way: Way, limited: AbortSignal): Promise<Session> {
  const { login, keepAlive, tls, warn } = attempt
  const { progress } = way
  const opening = { ...way, keepAlive, tls }
  return withSocket(limited, async (socket) => {
    const stream = await openStream(socket, opening)
    const loggedIn = await logIn({ stream, login, progress })
    const again = { ...opening, encryption: progress.encrypted ? 'tls' : 'plain' } as const
    const session = serverSession(loggedIn, {
      requestCancel: () => requestCancel(loggedIn.key, { ...again, progress: start() }, warn),
      copies: 'as asked for',
    })
    await mustBeWanted(session, attempt.wanted)
    return 'path' in way.address ? session : { ...session, isEncrypted: progress.encrypted }
  })
}

async function mustBeWanted(session: Session, wanted: WantedSession): Promise<void> {
  if (await isWanted(session, wanted)) return
  await session.close()
  const message = `the server is not what target_session_attrs asks for (${wanted})`
  throw new AttemptError('TARGET_SESSION_ATTRS', message)
}

/** What one round through the hosts looks for. */
export type WantedSession = Exclude<TargetSessionAttrs, 'prefer-standby'>

/** `prefer-standby` goes round twice: for a standby, then for anything that answers. */
export function roundsFor(attrs: TargetSessionAttrs): readonly WantedSession[] {
  return attrs === 'prefer-standby' ? ['standby', 'any'] : [attrs]
}

/**
 * Whether the session is of the wanted kind.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNECT-TARGET-SESSION-ATTRS
 */
async function isWanted(session: Session, wanted: WantedSession): Promise<boolean> {
  if (wanted === 'any') return true
  const { rows } = await session.query<{ standby: boolean; readOnly: boolean }>(/* SQL */ `
    select
      pg_catalog.pg_is_in_recovery() as "standby",
      pg_catalog.current_setting('transaction_read_only') operator(pg_catalog.=) 'on' as "readOnly"
  `)
  const [found] = rows
  return found !== undefined && FITS[wanted](found)
}

interface Kind {
  readonly standby: boolean
  readonly readOnly: boolean
}

const FITS: Readonly<Record<Exclude<WantedSession, 'any'>, (kind: Kind) => boolean>> = {
  'read-write': ({ readOnly }) => !readOnly,
  'read-only': ({ readOnly }) => readOnly,
  primary: ({ standby }) => !standby,
  standby: ({ standby }) => standby,
}
