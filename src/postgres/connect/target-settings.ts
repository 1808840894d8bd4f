import { type AuthMethod, parseRequireAuth } from './require-auth.ts'
import {
  CHANNEL_BINDINGS,
  type ConnectionTarget,
  hidePassword,
  SSL_MODES,
  SSL_NEGOTIATIONS,
  TARGET_SESSION_ATTRS,
} from './target.ts'
import { hostsFrom } from './target-hosts.ts'

/** Values by libpq's parameter names, each with the name its giver knows it by. */
export type Settings = ReadonlyMap<string, { readonly value: string; readonly from: string }>

/** A target, or everything that is wrong: each problem names the parameter and what to do. */
export type TargetResult =
  | { readonly target: ConnectionTarget }
  | { readonly problems: readonly string[] }

/** What is used where nothing is said. */
export interface TargetDefaults {
  /** The home directory, for ~/.pgpass and ~/.postgresql. */
  readonly home: string
  /** The operating system's name of the user; also the database's user then. */
  readonly userName: string
}

/** Checks settings and makes the target of them. Empty values count as not given. */
export function targetFromSettings(settings: Settings, defaults: TargetDefaults): TargetResult {
  const read = reader(settings)
  const user = read.text('user') ?? defaults.userName
  const target = {
    hosts: hostsFrom(read),
    user,
    database: read.text('dbname') ?? user,
    ...tlsSettings(read),
    channelBinding: read.word('channel_binding', CHANNEL_BINDINGS) ?? 'prefer',
    ...present('allowedAuth', allowedAuth(read)),
    ...present('passwordFrom', read.text('password') && settings.get('password')?.from),
    passfile: read.text('passfile') ?? `${defaults.home}/.pgpass`,
    certificateFolder: `${defaults.home}/.postgresql`,
    targetSessionAttrs: read.word('target_session_attrs', TARGET_SESSION_ATTRS) ?? 'any',
    keepAlive: read.flag('keepalives') ?? true,
    ...present('connectTimeoutMs', connectTimeoutMs(read)),
    ...present(
      'applicationName',
      read.text('application_name') ?? read.text('fallback_application_name'),
    ),
    ...present('options', read.text('options')),
  }
  if (user === '') read.problem('user', 'none is given', 'name the role to connect as')
  if (read.problems.length > 0) return { problems: read.problems }
  return { target: hidePassword(target, read.text('password')) }
}

/** Reads settings one by one and gathers what is wrong. */
export type Reader = ReturnType<typeof reader>

function reader(settings: Settings) {
  const problems: string[] = []
  const text = (name: string) => settings.get(name)?.value || undefined
  const problem = (name: string, found: string, remedy: string) => {
    problems.push(`${settings.get(name)?.from ?? name}: ${found}; ${remedy}`)
  }
  const word = <W extends string>(name: string, words: readonly W[]): W | undefined => {
    const value = text(name)
    const known = words.find((each) => each === value)
    if (value !== undefined && known === undefined) {
      problem(name, `found ${JSON.stringify(value)}`, `write one of ${words.join(', ')}`)
    }
    return known
  }
  const flag = (name: string): boolean | undefined => {
    const digit = word(name, ['0', '1'])
    return digit === undefined ? undefined : digit === '1'
  }
  return { problems, text, problem, word, flag }
}

function tlsSettings(read: Reader) {
  const sslRootCert = read.text('sslrootcert')
  const system = sslRootCert === 'system'
  const sslmode = read.word('sslmode', SSL_MODES) ?? (system ? 'verify-full' : 'prefer')
  const sslNegotiation = read.word('sslnegotiation', SSL_NEGOTIATIONS) ?? 'postgres'
  if (system && sslmode !== 'verify-full') {
    read.problem('sslmode', `${sslmode} is too weak for sslrootcert=system`, 'write verify-full')
  }
  if (sslNegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(sslmode)) {
    const found = `${sslmode} is too weak for sslnegotiation=direct`
    read.problem('sslmode', found, 'write require, verify-ca or verify-full')
  }
  return {
    sslmode,
    sslNegotiation,
    sslSni: read.flag('sslsni') ?? true,
    ...present('sslRootCert', sslRootCert),
    ...present('sslCert', read.text('sslcert')),
    ...present('sslKey', read.text('sslkey')),
    ...present('sslCrl', read.text('sslcrl')),
  }
}

function allowedAuth(read: Reader): readonly AuthMethod[] | undefined {
  const text = read.text('require_auth')
  const result = text === undefined ? undefined : parseRequireAuth(text)
  if (result === undefined || 'allowed' in result) return result?.allowed
  read.problem('require_auth', result.found, result.remedy)
  return undefined
}

/** libpq's rule: 0 and below mean none, and 1 second is taken as 2. */
function connectTimeoutMs(read: Reader): number | undefined {
  const text = read.text('connect_timeout')
  if (text === undefined) return undefined
  if (!/^\s*[-+]?\d{1,7}\s*$/.test(text)) {
    const remedy = 'write whole seconds, 0 for none'
    read.problem('connect_timeout', `found ${JSON.stringify(text)}`, remedy)
    return undefined
  }
  const seconds = Number(text)
  return seconds <= 0 ? undefined : Math.max(2, seconds) * 1000
}

/** One field, or none where there is no value: an optional field is absent, not undefined. */
function present<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : Object.defineProperty({}, name, { value, enumerable: true })
}
