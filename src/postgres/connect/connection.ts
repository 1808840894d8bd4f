import type { ConnectOptions, Database, Session } from '../session/session.ts'
import {
  AttemptError,
  ConnectError,
  type ConnectFailure,
  connectFailure,
} from './connect-failure.ts'
import {
  connectHost,
  type HostAttempt,
  type HostOutcome,
  roundsFor,
  type WantedSession,
} from './connect-host.ts'
import type { Encryption } from './handshake.ts'
import { passwordIn, readPassfile } from './passfile.ts'
import { type ConnectionTarget, type HostTarget, hostLabel, targetLabel } from './target.ts'

/** Who connects, and where slips are reported that libpq would pass over in silence. */
export interface About {
  /** pgate's own; sent as `application_name`. */
  readonly version: string
  readonly warn: (message: string) => void
  /** For what is no slip, and good to know; absent: nobody is notified. */
  readonly note?: (message: string) => void
}

/**
 * A server, or several hosts of which one will do, as a source of sessions. Nothing is touched
 * until `connect`, which goes through the hosts as libpq does: to the next one where nothing
 * answers, where the server cannot take connections now (57P03), and where it is not of the kind
 * that target_session_attrs asks for; any other answer ends the search. A password file and
 * certificates are read again each time; what is said is said once.
 */
export function serverDatabase(target: ConnectionTarget, about: About): Database {
  const said = new Set<string>()
  const once = (say: (message: string) => void) => (message: string) => {
    if (said.has(message)) return
    said.add(message)
    say(message)
  }
  const [warn, note] = [once(about.warn), once(about.note ?? (() => {}))]
  return Object.freeze({
    label: targetLabel(target),
    exclusive: false,
    connect: (options: ConnectOptions) =>
      connect({ target, options, about: { version: about.version, warn, note } }),
  })
}

interface Search {
  readonly target: ConnectionTarget
  readonly options: ConnectOptions
  readonly about: About
}

async function connect(search: Search): Promise<Session> {
  const { target, options } = search
  options.signal.throwIfAborted()
  const password = passwords(search)
  const failures = new Map<HostTarget, ConnectFailure>()
  for (const wanted of roundsFor(target.targetSessionAttrs)) {
    for (const host of target.hosts) {
      const about = { wanted, host, password: password(host) }
      const outcome = await tryHost(search, about)
      if ('session' in outcome) return outcome.session
      failures.set(host, outcome.failure)
      if (outcome.next === 'nothing') throw new ConnectError([...failures.values()])
    }
  }
  throw new ConnectError([...failures.values()])
}

/** The password for a host: the target's own, or what the password file has. */
function passwords({ target, about }: Search) {
  const { password, passfile, user, database } = target
  const text =
    password !== undefined || passfile === undefined
      ? undefined
      : readPassfile(passfile, about.warn)
  return ({ host, port }: HostTarget): string | undefined => {
    if (password !== undefined || text === undefined) return password
    // An empty password is none, as in libpq.
    return passwordIn(text, { host, port, database, user }) || undefined
  }
}

interface HostSearch {
  readonly wanted: WantedSession
  readonly host: HostTarget
  readonly password: string | undefined
}

async function tryHost(search: Search, { host, ...about }: HostSearch): Promise<HostOutcome> {
  const { target, options } = search
  const encryption = await encryptionOf(search, host)
  if ('next' in encryption) return encryption
  const { connectTimeoutMs = options.timeoutMs } = target
  return connectHost({
    wanted: about.wanted,
    login: {
      host,
      user: target.user,
      database: target.database,
      password: about.password,
      applicationName: applicationName(search),
      options: target.options,
      channelBinding: target.channelBinding ?? 'prefer',
      allowedAuth: target.allowedAuth,
    },
    ...encryption,
    keepAlive: target.keepAlive ?? true,
    timeoutMs: Math.min(options.timeoutMs, connectTimeoutMs),
    signal: options.signal,
    warn: search.about.warn,
    onPlain: plainNote(search, host),
  })
}

function applicationName({ target, about }: Search): string {
  const own = `pgate ${about.version}`
  return target.applicationName === undefined ? own : `${own} ${target.applicationName}`
}

/**
 * How the host is tried. Where only TLS will do, certificates that cannot be used end the attempt
 * before it begins; where plain text would do, too, libpq goes on without them, and so does this.
 */
async function encryptionOf(
  search: Search,
  host: HostTarget,
): Promise<Pick<HostAttempt, 'encryptions' | 'tls'> | Exclude<HostOutcome, { session: Session }>> {
  const { target, about } = search
  const encryptions = encryptionsFor(target, host.host)
  const options = async () => {
    const { tlsOptions } = await import('./tls.ts')
    return tlsOptions(target, host.host, about.warn)
  }
  const tls = { direct: target.sslNegotiation === 'direct', options }
  if (encryptions.includes('plain')) return { encryptions, tls }
  try {
    const read = await options()
    return { encryptions, tls: { ...tls, options: async () => read } }
  } catch (error) {
    if (!(error instanceof AttemptError)) throw error
    const progress = { phase: 'connecting', encrypted: false, asked: false } as const
    return { failure: connectFailure(host, error, { ...progress }), next: 'nothing' }
  }
}

/** Says that the connection is in plain text, and why: a warning, where TLS was offered and failed. */
function plainNote({ target, about }: Search, host: HostTarget): HostAttempt['onPlain'] {
  return ({ message, isDeclined }) => {
    const say = isDeclined ? (about.note ?? (() => {})) : about.warn
    say(`${hostLabel(host)}: connected without TLS (sslmode=${target.sslmode}): ${message}`)
  }
}

/**
 * The ways to try, in order, as libpq reads sslmode: `allow` is plain first, `prefer` is TLS first.
 * A Unix socket is never encrypted.
 * @see https://www.postgresql.org/docs/current/libpq-ssl.html#LIBPQ-SSL-PROTECTION
 */
export function encryptionsFor(
  { sslmode }: Pick<ConnectionTarget, 'sslmode'>,
  host: string,
): readonly Encryption[] {
  if (sslmode === 'disable' || host.startsWith('/')) return ['plain']
  if (sslmode === 'allow') return ['plain', 'tls']
  return sslmode === 'prefer' ? ['offered', 'plain'] : ['tls']
}
