/** Where and how to connect, as libpq would understand it; checked, without touching the network. */
export interface ConnectionTarget {
  /** At least one; tried in order. */
  readonly hosts: readonly HostTarget[]
  readonly user: string
  readonly database: string
  /** Non-enumerable wherever it is stored: never printed, never in JSON. */
  readonly password?: string
  readonly sslmode: SslMode
  readonly sslRootCert?: string
  readonly sslCert?: string
  readonly sslKey?: string
  readonly targetSessionAttrs: TargetSessionAttrs
  /** Per host, in milliseconds; absent: none of its own. */
  readonly connectTimeoutMs?: number
  /** Added to `pgate <version>`; absent: none. */
  readonly applicationName?: string
  /** Command-line options for the server (`-c search_path=app`). */
  readonly options?: string
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
