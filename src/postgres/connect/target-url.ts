import { nearest } from '../../base/suggest.ts'
import {
  PARAMETERS,
  parameterNamed,
  refusal,
  type Setting,
  type TargetProblem,
  type TargetSettings,
} from './target-parameters.ts'

/** What a URL says, under libpq's names for its parts and parameters, and all that is wrong. */
export interface UrlReading {
  readonly settings: TargetSettings
  readonly problems: readonly TargetProblem[]
}

const SCHEME = /^postgres(?:ql)?(?:\+[a-z0-9_]+)?:\/\//i

const AS_URL = 'write postgresql://user:password@host:5432/database'

/**
 * Reads a connection URL by libpq's grammar, which is not WHATWG's: several hosts, an empty one, a
 * percent-encoded socket directory, and a `+` that is no space; so it is cut by hand. Pieces of the
 * part before the `/` are never quoted in a problem: a mistyped password might be among them.
 *
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-CONNSTRING-URIS
 */
export function readUrl(url: string): UrlReading {
  const scheme = SCHEME.exec(url)
  if (scheme === null) return unreadable({ found: otherScheme(url), remedy: AS_URL })
  if (/[\u0000-\u001f\u007f]/.test(url) || url.trim() !== url) {
    const found = 'holds white space or a control character'
    return unreadable({ found, remedy: 'take it out, or encode it (%20)' })
  }
  const rest = url.slice(scheme[0].length)
  const end = rest.search(/[/?]/)
  const authority = end === -1 ? rest : rest.slice(0, end)
  const tail = end === -1 ? '' : rest.slice(end)
  const reader: UrlReader = { settings: new Map(), problems: [], seen: new Set() }
  readAuthority(authority, reader)
  readTail(tail, reader)
  return spilt(tail, reader) ? unreadable(SPILT) : reader
}

function unreadable(problem: TargetProblem): UrlReading {
  return { settings: new Map(), problems: [problem] }
}

function otherScheme(url: string): string {
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(url)?.[1]
  return scheme === undefined ? 'not a URL' : `found the scheme ${scheme}`
}

const SPILT = {
  found: 'the user or the password seems to hold a bare / or ?',
  remedy: 'write %2F or %3F for it (and %40 for an @ behind the host)',
}

/**
 * A bare / or ? in a password ends the first part early: then an @ is found behind it. Libpq would
 * take what is left of the password for a host or a database, and both are shown.
 */
function spilt(tail: string, { problems }: UrlReader): boolean {
  return tail.split('?')[0]?.includes('@') || (tail.includes('@') && problems.length > 0)
}

interface UrlReader {
  readonly settings: Map<string, Setting>
  readonly problems: TargetProblem[]
  /** Parameters that have been read, in order; what is none stands behind a `?`. */
  readonly seen: Set<string>
}

function readAuthority(authority: string, reader: UrlReader): void {
  const at = authority.lastIndexOf('@')
  if (at !== -1) {
    const [user = '', ...password] = authority.slice(0, at).split(':')
    set('user', user, reader)
    set('password', password.join(':'), reader)
  }
  const hosts = authority.slice(at + 1).split(',')
  const pairs = hosts.map((host, index) => hostAndPort(host, index, reader))
  set('host', pairs.map(({ host }) => host).join(','), reader)
  // As in libpq: one host without a port leaves the port to PGPORT, several do not.
  set('port', pairs.map(({ port }) => port).join(','), reader)
}

function hostAndPort(text: string, index: number, { problems }: UrlReader) {
  const bracketed = /^\[([^\]]*)\](?::(.*))?$/.exec(text)
  const host = bracketed ? (bracketed[1] ?? '') : (text.split(':')[0] ?? '')
  const port = bracketed ? (bracketed[2] ?? '') : text.slice(host.length + 1)
  if (!bracketed && /[[\]]/.test(text)) {
    const found = 'holds a bracket out of place'
    const remedy = 'write an IPv6 address as [::1] or [::1]:5432'
    problems.push({ parameter: `host ${index + 1}`, found, remedy })
  } else if (port !== '' && !isPort(port)) {
    problems.push({ parameter: `port of host ${index + 1}`, ...BAD_PORT })
    return { host, port: '' }
  }
  return { host, port }
}

const BAD_PORT = {
  found: 'not a number from 1 to 65535',
  remedy:
    'an IPv6 address is written [::1], and a bare @ / : or ? in a password %40 %2F %3A or %3F',
}

function isPort(text: string): boolean {
  return /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535
}

function readTail(tail: string, reader: UrlReader): void {
  const mark = tail.indexOf('?')
  const path = mark === -1 ? tail : tail.slice(0, mark)
  set('dbname', path.slice(1), reader)
  if (mark === -1) return
  for (const pair of tail.slice(mark + 1).split('&')) {
    if (pair !== '') readParameter(pair, reader)
  }
}

function readParameter(pair: string, reader: UrlReader): void {
  const equals = pair.indexOf('=')
  const written = decode(equals === -1 ? pair : pair.slice(0, equals))
  const value = equals === -1 ? undefined : decode(pair.slice(equals + 1))
  if (written === undefined || (equals !== -1 && value === undefined)) {
    refusePair(pair, BAD_PERCENT, reader)
    return
  }
  if (value === undefined || !/^\w+$/.test(written)) {
    refusePair(pair, { found: 'not written name=value', remedy: 'write it so' }, reader)
    return
  }
  const { name, meant } = alias(written, value)
  const shown = mayBeSecret(name, reader) ? `parameter ${reader.seen.size + 1}` : written
  if (reader.seen.has(name)) {
    const remedy = 'write it once (several hosts as host=a,b)'
    reader.problems.push({ parameter: shown, found: 'given twice', remedy })
    return
  }
  reader.seen.add(name)
  const problem = problemOf(name, { value: meant, from: shown })
  if (problem !== undefined) reader.problems.push(problem)
  else if (meant !== '') reader.settings.set(name, { value: meant, from: written })
}

/** Reported by its number alone: the whole of it may be secret. */
function refusePair(pair: string, problem: TargetProblem, { problems, seen }: UrlReader): void {
  problems.push({ parameter: `parameter ${seen.size + 1}`, ...problem })
  seen.add(`?${pair}`)
}

/** Behind a password with a bare & in it, an unknown name may be the rest of it. */
function mayBeSecret(name: string, { seen }: UrlReader): boolean {
  return parameterNamed(name) === undefined && [...seen].some((before) => SECRET.test(before))
}

/** Mistyped ones too. */
const SECRET = /p.*w|secret|key/i

/** asyncpg's `ssl` is sslmode by another name; libpq itself takes JDBC's `ssl=true` for require. */
function alias(name: string, value: string): { readonly name: string; readonly meant: string } {
  if (name !== 'ssl') return { name, meant: value }
  return { name: 'sslmode', meant: value === 'true' ? 'require' : value }
}

/** What Prisma's client reads in its URLs: the schema, and sizes and times of its own pool. */
const OF_PRISMA =
  /^(?:schema|connection_limit|pool_timeout|pgbouncer|socket_timeout|single_use_connections)$/

function problemOf(name: string, setting: Setting): TargetProblem | undefined {
  if (OF_PRISMA.test(name)) return undefined
  const parameter = parameterNamed(name)
  if (parameter !== undefined) return refusal(parameter, setting)
  const names = PARAMETERS.map((known) => known.name)
  const near = nearest(name, names)
  const remedy = near === undefined ? 'take it out' : `did you mean ${near}?`
  return { parameter: setting.from, found: 'no connection parameter of PostgreSQL', remedy }
}

const BAD_PERCENT = {
  found: 'a % is not followed by two hexadecimal digits of UTF-8 text',
  remedy: 'write %25 for a %',
}

function set(name: string, encoded: string, { settings, problems }: UrlReader): void {
  const value = decode(encoded)
  if (value === undefined) problems.push({ parameter: name, ...BAD_PERCENT })
  else if (value !== '') settings.set(name, { value, from: name })
}

/** The decoded text, or undefined where it is not percent-encoded UTF-8 without NUL. */
function decode(text: string): string | undefined {
  try {
    const decoded = decodeURIComponent(text)
    return decoded.includes('\0') ? undefined : decoded
  } catch (error) {
    if (error instanceof URIError) return undefined
    throw error
  }
}
