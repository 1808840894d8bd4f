import type { AuthMethod } from './require-auth.ts'

/**
 * Where and how to connect, as libpq would understand it; checked, without touching the network.
 * A spread copies what is enumerable, and so loses the password: {@link retarget} keeps it.
 */
export interface ConnectionTarget {
  /** At least one; tried in order. */
  readonly hosts: readonly HostTarget[]
  readonly user: string
  readonly database: string
  /** Non-enumerable wherever it is stored: never printed, never in JSON; never empty. */
  readonly password?: string
  /** Where the password was given: the setting `password`, or PGPASSWORD; absent: in neither. */
  readonly passwordFrom?: string
  readonly sslmode: SslMode
  /** A file, or `system` for the roots that Node.js and OpenSSL know. */
  readonly sslRootCert?: string
  readonly sslCert?: string
  readonly sslKey?: string
  /** Certificates that are revoked; only looked at where there is a root certificate. */
  readonly sslCrl?: string
  /** `~/.postgresql`, where certificates are looked for that are not named; absent: nowhere. */
  readonly certificateFolder?: string
  /** Absent: `postgres`. `direct` starts TLS without asking first (PostgreSQL 17 and later). */
  readonly sslNegotiation?: SslNegotiation
  /** Absent: true. Whether the host's name is sent before the TLS session is encrypted. */
  readonly sslSni?: boolean
  /** Absent: `prefer`. */
  readonly channelBinding?: ChannelBinding
  /** Of require_auth: the logins that the server may ask for; absent: any. */
  readonly allowedAuth?: readonly AuthMethod[]
  /** Read where there is no password; absent: none. */
  readonly passfile?: string
  /** Absent: true. */
  readonly keepAlive?: boolean
  readonly targetSessionAttrs: TargetSessionAttrs
  /** Per host, in milliseconds; absent: none of its own. */
  readonly connectTimeoutMs?: number
  /** Added to `pgate <version>`; absent: none. */
  readonly applicationName?: string
  /** Command-line options for the server (`-c search_path=app`). */
  readonly options?: string
  /** The schema that a URL of Prisma's names; absent: none. */
  readonly schema?: string
}

export interface HostTarget {
  /** A name, an address, or (starting with `/`) the directory of a Unix socket. */
  readonly host: string
  /** 1 to 65535. */
  readonly port: number
}

export const SSL_MODES = [
  'disable',
  'allow',
  'prefer',
  'require',
  'verify-ca',
  'verify-full',
] as const
export type SslMode = (typeof SSL_MODES)[number]

export const TARGET_SESSION_ATTRS = [
  'any',
  'read-write',
  'read-only',
  'primary',
  'standby',
  'prefer-standby',
] as const
export type TargetSessionAttrs = (typeof TARGET_SESSION_ATTRS)[number]

export const SSL_NEGOTIATIONS = ['postgres', 'direct'] as const
export type SslNegotiation = (typeof SSL_NEGOTIATIONS)[number]

export const CHANNEL_BINDINGS = ['disable', 'prefer', 'require'] as const
export type ChannelBinding = (typeof CHANNEL_BINDINGS)[number]

/** The same target with some parts changed, frozen; the password goes along and stays hidden. */
export function retarget(
  target: ConnectionTarget,
  change: Partial<Omit<ConnectionTarget, 'password'>>,
): ConnectionTarget {
  return hidePassword({ ...target, ...change }, target.password)
}

/** Freezes a target and puts the password where neither JSON nor an inspector looks. */
export function hidePassword(
  target: Omit<ConnectionTarget, 'password'>,
  password: string | undefined,
): ConnectionTarget {
  return Object.freeze(
    Object.defineProperty({ ...target }, 'password', { value: password, enumerable: false }),
  )
}

/** `db.internal:5432`, `[::1]:5432`, or a socket's path: how a host is shown. */
export function hostLabel({ host, port }: HostTarget): string {
  if (host.startsWith('/')) return socketPath({ host, port })
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
}

/** The file of a Unix socket: PostgreSQL's name for it in the directory that `host` names. */
export function socketPath({ host, port }: HostTarget): string {
  return `${host.replace(/\/+$/, '')}/.s.PGSQL.${port}`
}

/** `db.internal:5432/app`: how a target is shown; never a secret. */
export function targetLabel({ hosts, database }: ConnectionTarget): string {
  return `${hosts.map(hostLabel).join(',')}/${database}`
}
