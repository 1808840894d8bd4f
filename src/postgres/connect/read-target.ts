import { counted } from '../../base/words.ts'
import { type AuthMethod, parseRequireAuth } from './require-auth.ts'
import {
  CHANNEL_BINDINGS,
  type ConnectionTarget,
  type HostTarget,
  hidePassword,
  SSL_MODES,
  SSL_NEGOTIATIONS,
  TARGET_SESSION_ATTRS,
} from './target.ts'
import {
  PARAMETERS,
  refusal,
  type Setting,
  type TargetProblem,
  type TargetSettings,
} from './target-parameters.ts'
import { readUrl } from './target-url.ts'

/** A target, or everything that is wrong. */
export type TargetResult =
  | { readonly target: ConnectionTarget }
  | { readonly problems: readonly TargetProblem[] }

/** Where defaults come from: libpq's variables, the home directory and the user's name. */
export interface TargetEnvironment {
  /** The value of a PG* variable (PGHOST, PGSSLMODE, …); undefined where it is not set. */
  get(name: string): string | undefined
  /** The home directory, for ~/.pgpass and ~/.postgresql. */
  readonly home: string
  /** The operating system's name of the user; also the database's user then. */
  readonly userName: string
}

/** A connection given in parts; what is absent or empty comes from libpq's variables. */
export interface ConnectionParts {
  readonly host?: string | undefined
  readonly port?: string | undefined
  readonly database?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
}

/**
 * The target that a URL names: `postgres://`, `postgresql://`, or either with a SQLAlchemy driver
 * (`postgresql+asyncpg://`), which is dropped, as is what Prisma's client says of its pool. What the URL leaves out comes from libpq's
 * variables, then from libpq's defaults (host: localhost). Nothing is ignored: a parameter that
 * is not supported or not known is a problem. No problem ever holds a password.
 *
 * @example targetFromUrl('postgresql://app@db/app?sslmode=require', environment)
 */
export function targetFromUrl(url: string, env: TargetEnvironment): TargetResult {
  const { settings, problems } = readUrl(url)
  if (problems.length === 0) return targetFrom(settings, env)
  return { problems: [...problems, ...libpqSettings(env).problems] }
}

/** The target that parts name, filled up from libpq's variables and defaults. */
export function targetFromParts(parts: ConnectionParts, env: TargetEnvironment): TargetResult {
  const given = new Map<string, Setting>()
  for (const [part, value] of Object.entries(parts)) {
    const name = part === 'database' ? 'dbname' : part
    if (typeof value === 'string' && value !== '') given.set(name, { value, from: part })
  }
  return targetFrom(given, env)
}

/** The target that libpq's variables alone name. */
export function targetFromLibpq(env: TargetEnvironment): TargetResult {
  return targetFrom(new Map(), env)
}

function libpqSettings(env: TargetEnvironment) {
  const settings = new Map<string, Setting>()
  const problems: TargetProblem[] = []
  for (const parameter of PARAMETERS) {
    const { name, variable: from } = parameter
    const value = from === undefined ? undefined : env.get(from)
    if (from === undefined || value === undefined || value === '') continue
    const problem = refusal(parameter, { value, from })
    if (problem === undefined) settings.set(name, { value, from })
    else problems.push(problem)
  }
  return { settings, problems }
}

/** Checks settings and makes the target of them. Empty values count as not given. */
function targetFrom(given: TargetSettings, env: TargetEnvironment): TargetResult {
  const libpq = libpqSettings(env)
  const read = reader(new Map([...libpq.settings, ...given]))
  const user = read.text('user') ?? env.userName
  const target = {
    hosts: hostsFrom(read),
    user,
    database: read.text('dbname') ?? user,
    ...tlsSettings(read),
    channelBinding: read.word('channel_binding', CHANNEL_BINDINGS) ?? 'prefer',
    ...present('allowedAuth', allowedAuth(read)),
    ...present('passwordFrom', read.text('password') && read.source('password')),
    passfile: read.text('passfile') ?? `${env.home}/.pgpass`,
    certificateFolder: `${env.home}/.postgresql`,
    targetSessionAttrs: read.word('target_session_attrs', TARGET_SESSION_ATTRS) ?? 'any',
    keepAlive: read.flag('keepalives') ?? true,
    ...present('connectTimeoutMs', connectTimeoutMs(read)),
    ...present(
      'applicationName',
      read.text('application_name') ?? read.text('fallback_application_name'),
    ),
    ...present('options', read.text('options')),
    ...present('schema', read.text('schema')),
  }
  if (user === '') read.report('user', 'none is given', 'name the role to connect as')
  const problems = [...read.problems, ...libpq.problems]
  return problems.length > 0
    ? { problems }
    : { target: hidePassword(target, read.text('password')) }
}

type SettingReader = ReturnType<typeof reader>

/** Reads settings one by one and gathers what is wrong. */
function reader(settings: TargetSettings) {
  const problems: TargetProblem[] = []
  const text = (name: string) => settings.get(name)?.value || undefined
  const source = (name: string) => settings.get(name)?.from ?? name
  const report = (name: string, found: string, remedy: string) => {
    problems.push({ parameter: source(name), found, remedy })
  }
  const word = <W extends string>(name: string, known: readonly W[]): W | undefined => {
    const value = text(name)
    const meant = known.find((each) => each === value)
    if (value !== undefined && meant === undefined) {
      report(name, `found ${JSON.stringify(value)}`, `write one of ${known.join(', ')}`)
    }
    return meant
  }
  const flag = (name: string): boolean | undefined => {
    const digit = word(name, ['0', '1'])
    return digit === undefined ? undefined : digit === '1'
  }
  return { problems, text, source, report, word, flag }
}

/**
 * Where libpq's own default depends on how it was built (a socket directory or localhost), pgate
 * takes this: in a container there is no server's socket, and TCP is what is meant.
 */
const DEFAULT_HOST = 'localhost'
const DEFAULT_PORT = 5432

/**
 * Hosts and ports as libpq pairs them: both are lists; one port serves every host, otherwise there
 * are as many as hosts. An empty element means the default.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-MULTIPLE-HOSTS
 */
function hostsFrom(read: SettingReader): readonly HostTarget[] {
  const hosts = (read.text('host') ?? '').split(',')
  const ports = (read.text('port') ?? '').split(',')
  if (ports.length > 1 && ports.length !== hosts.length) {
    const found = `${counted(ports.length, 'port')} for ${counted(hosts.length, 'host')}`
    read.report('port', found, 'give one port for all, or one for each host')
    return []
  }
  return hosts.map((host, index) => ({
    host: hostFrom(host, read),
    port: portFrom(ports.length > 1 ? ports[index] : ports[0], read),
  }))
}

function hostFrom(host: string, read: SettingReader): string {
  if (host.startsWith('@')) {
    read.report('host', 'an abstract socket is not supported', 'name a directory or a host')
  } else if (/\s/.test(host)) {
    read.report('host', 'holds white space', 'write names or addresses, separated by commas')
  }
  return host || DEFAULT_HOST
}

function portFrom(text: string | undefined, read: SettingReader): number {
  if (text === undefined || text === '') return DEFAULT_PORT
  const port = Number(text)
  if (/^\s*\d+\s*$/.test(text) && port >= 1 && port <= 65_535) return port
  read.report('port', `found ${JSON.stringify(text)}`, 'write a number from 1 to 65535')
  return DEFAULT_PORT
}

function tlsSettings(read: SettingReader) {
  const sslRootCert = read.text('sslrootcert')
  const system = sslRootCert === 'system'
  const sslmode = read.word('sslmode', SSL_MODES) ?? (system ? 'verify-full' : 'prefer')
  const sslNegotiation = read.word('sslnegotiation', SSL_NEGOTIATIONS) ?? 'postgres'
  if (system && sslmode !== 'verify-full') {
    read.report('sslmode', `${sslmode} is too weak for sslrootcert=system`, 'write verify-full')
  }
  if (sslNegotiation === 'direct' && ['disable', 'allow', 'prefer'].includes(sslmode)) {
    const found = `${sslmode} is too weak for sslnegotiation=direct`
    read.report('sslmode', found, 'write require, verify-ca or verify-full')
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

function allowedAuth(read: SettingReader): readonly AuthMethod[] | undefined {
  const text = read.text('require_auth')
  const result = text === undefined ? undefined : parseRequireAuth(text)
  if (result === undefined || 'allowed' in result) return result?.allowed
  read.report('require_auth', result.found, result.remedy)
  return undefined
}

/** libpq's rule: 0 and below mean none, and 1 second is taken as 2. */
function connectTimeoutMs(read: SettingReader): number | undefined {
  const text = read.text('connect_timeout')
  if (text === undefined) return undefined
  if (!/^\s*[-+]?\d{1,7}\s*$/.test(text)) {
    const remedy = 'write whole seconds, 0 for none'
    read.report('connect_timeout', `found ${JSON.stringify(text)}`, remedy)
    return undefined
  }
  const seconds = Number(text)
  return seconds <= 0 ? undefined : Math.max(2, seconds) * 1000
}

/** One field, or none where there is no value: an optional field is absent, not undefined. */
function present<K extends string, V>(name: K, value: V | undefined): { readonly [P in K]?: V } {
  return value === undefined ? {} : Object.defineProperty({}, name, { value, enumerable: true })
}
