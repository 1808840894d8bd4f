/**
 * What the accessors of settings take. Each throws an Error that says what was found and what may be
 * written.
 */
import { parseDuration } from '../base/duration.ts'
import { patternProblem, splitPatterns } from '../base/object-pattern.ts'
import { nearest } from '../base/suggest.ts'
import type { DeclaredExtension, ListenAddress } from './config.ts'

/** Timers of Node.js hold 2^31-1 ms, a little over 24 days; the server's own hold as much. */
export const MAX_DURATION_MS = 24 * 24 * 3_600_000

/** PostgreSQL cuts a longer name without a word (NAMEDATALEN is 64, with the closing NUL). */
export const MAX_IDENTIFIER_BYTES = 63

/** A value as it may be shown: quoted, shortened, and never where it may hold a password. */
export function describeFound(text: string): string {
  if (text.includes('://')) return 'found a URL, which is not shown'
  return `found ${JSON.stringify(text.length > 60 ? `${text.slice(0, 57)}...` : text)}`
}

/** Milliseconds, 1 to 24 days. */
export function asDuration(text: string): number {
  const ms = asDurationOrZero(text)
  if (ms === 0)
    throw new Error(`${describeFound(text)}; write a duration above 0, such as 500ms or 30s`)
  return ms
}

/** Milliseconds, 0 to 24 days. */
export function asDurationOrZero(text: string): number {
  const ms = parseDuration(text)
  if (ms === undefined) {
    throw new Error(`${describeFound(text)}; write a duration such as 500ms, 30s, 5m or 1h`)
  }
  if (ms > MAX_DURATION_MS) throw new Error(`${describeFound(text)}; the most is 24 days (576h)`)
  return ms
}

/** How many rows one batch may have at most. */
export const MOST_ROWS = 1_000_000

/** A number of rows, which SQL may write with underscores. */
export function asRows(text: string): number {
  const rows = /^\d[\d_]*$/.test(text) ? Number(text.replaceAll('_', '')) : 0
  if (rows < 1 || rows > MOST_ROWS) {
    throw new Error(`${describeFound(text)}; write a whole number of rows from 1 to 1000000`)
  }
  return rows
}

/** Milliseconds, 1 to 24 days, or undefined for the word `none`. */
export function asDurationOrNone(text: string): number | undefined {
  if (text === 'none') return undefined
  const ms = asDurationOrZero(text)
  if (ms === 0) throw new Error(`${describeFound(text)}; write none for no limit`)
  return ms
}

/** A whole number, 1 and above. */
export function asCount(text: string): number {
  const count = asIndex(text)
  if (count === 0) throw new Error(`${describeFound(text)}; write a whole number above 0`)
  return count
}

/** A whole number above 0, or undefined for the word `none`, and for 0. */
export function asCountOrNone(text: string): number | undefined {
  return text === 'none' || text === '0' ? undefined : asCount(text)
}

/** A whole number, 0 and above. */
export function asIndex(text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text)
  throw new Error(`${describeFound(text)}; write a whole number`)
}

/** A name as the server stores it, case and all, without quotes: 1 to 63 bytes. */
export function asIdentifier(text: string): string {
  const bytes = Buffer.byteLength(text)
  if (bytes < 1 || bytes > MAX_IDENTIFIER_BYTES) {
    throw new Error(`${describeFound(text)}; write a name of 1 to 63 bytes (this one has ${bytes})`)
  }
  if (text.includes('"')) throw new Error(`${describeFound(text)}; write the name without quotes`)
  return text
}

/** PostgreSQL keeps these for itself: CREATE SCHEMA refuses them, and none of them is verified. */
export function isSystemSchema(name: string): boolean {
  return name.startsWith('pg_') || name === 'information_schema'
}

/** The name of a schema that revisions may use: 1 to 63 bytes. */
export function asSchema(text: string): string {
  if (isSystemSchema(text)) {
    throw new Error(
      `${describeFound(text)}; names that begin with pg_, and information_schema, are PostgreSQL's own: write another`,
    )
  }
  return asIdentifier(text)
}

/** The names of pgate's own tables, in PGATE_JOURNAL_SCHEMA. */
export const JOURNAL = 'pgate_journal'
export const LEASE = 'pgate_lease'
export const BATCH = 'pgate_batch'

export const OWN_TABLES: readonly string[] = [JOURNAL, LEASE, BATCH]

/** A table of PGATE_SCHEMA, or of the schema that is named before a dot. */
export function asTable(text: string): { readonly schema?: string; readonly name: string } {
  const [name = '', schema, ...more] = text.split('.').toReversed()
  if (more.length > 0) {
    throw new Error(`${describeFound(text)}; write the table's name, or schema.table`)
  }
  if (OWN_TABLES.includes(name)) {
    throw new Error(
      `${describeFound(text)}; pgate has a table of its own of that name: write another`,
    )
  }
  return { name: asIdentifier(name), ...(schema !== undefined && { schema: asSchema(schema) }) }
}

/** `address:port`, the address of IPv6 in brackets. */
const LISTEN = /^(?:\[([0-9A-Fa-f:.]+)\]|([^\s:/[\]]+)):(\d{1,5})$/

/** Where to listen. */
export function asListenAddress(text: string): ListenAddress {
  const [, bracketed, plain, digits] = LISTEN.exec(text) ?? []
  const host = bracketed ?? plain
  const port = Number(digits)
  if (host === undefined || !(port <= 65_535)) {
    throw new Error(`${describeFound(text)}; write 127.0.0.1:8432, 0.0.0.0:8432 or [::1]:8432`)
  }
  return { host, port }
}

/** Names of hosts, separated by commas; in lower case. */
export function asHostNames(text: string): readonly string[] {
  const names = text.split(',').map((name) => name.trim().toLowerCase())
  const wrong = names.find((name) => !/^[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?$/.test(name))
  if (wrong === undefined) return names
  throw new Error(
    `${describeFound(wrong)}; write names of hosts, without ports, such as pgate.internal`,
  )
}

/** Paths of files and folders, separated by commas. */
export function asPaths(text: string): readonly string[] {
  const paths = text.split(',').map((path) => path.trim())
  if (!paths.includes('')) return paths
  throw new Error(`${describeFound(text)}; write paths separated by commas, none of them empty`)
}

/** An accessor for one of a few words; a wrong one is answered with all of them and the nearest. */
export function oneOf<Word extends string>(words: readonly Word[]): (text: string) => Word {
  return (text) => {
    const word = words.find((candidate) => candidate === text)
    if (word !== undefined) return word
    const meant = nearest(text, words)
    const question = meant === undefined ? '' : ` (did you mean ${meant}?)`
    throw new Error(`${describeFound(text)}; write one of ${words.join(', ')}${question}`)
  }
}

/**
 * Patterns on the keys of objects, separated by commas.
 * @throws {Error} naming each that is none
 */
export function asPatterns(text: string): readonly string[] {
  const patterns = splitPatterns(text)
  const problems = patterns.flatMap((pattern) => {
    const problem = patternProblem(pattern)
    return problem === undefined ? [] : [`${describeFound(pattern)}, which ${problem}`]
  })
  if (problems.length > 0)
    throw new Error(`${problems.join('; ')}; write patterns as in index public.t_*, table audit.*`)
  return patterns
}

/**
 * Words of a fixed list, separated by commas.
 * @throws {Error} as {@link oneOf}, for the first that is none
 */
export function eachOneOf<Word extends string>(
  words: readonly Word[],
): (text: string) => readonly Word[] {
  const one = oneOf(words)
  return (text) =>
    text
      .split(/[\s,]+/)
      .filter(Boolean)
      .map(one)
}

/** Letters, digits, `_`, `.`, and single hyphens within: what CREATE EXTENSION takes. */
const EXTENSION_NAME = /^[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)*$/

/**
 * The extensions of a comma-separated list; none for an empty text. An entry is a name, with
 * `?` where it is optional, and `>=floor` and `@schema` after it in either order.
 * @throws {Error} naming every entry that cannot be read, and every name given twice
 *
 * @example asExtensions('vector>=0.7, pg_trgm@extensions')
 */
export function asExtensions(text: string): readonly DeclaredExtension[] {
  if (text.trim() === '') return []
  const entries = text.split(',').map((entry) => parseExtension(entry.trim()))
  const problems = entries.filter((entry) => typeof entry === 'string')
  const extensions = entries.filter((entry) => typeof entry !== 'string')
  const names = extensions.map((extension) => extension.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const all = [...problems, ...[...twice].map((name) => `${name} is declared twice`)]
  if (all.length > 0) throw new Error(all.join('; '))
  return extensions
}

function parseExtension(entry: string): DeclaredExtension | string {
  const problem = `${describeFound(entry)}; write name, name?, name>=1.2, name@schema or name>=1.2@schema`
  const [first = '', ...rest] = entry.split(/\s*(?=>=|@)/)
  const name = first.replace(/\s*\?$/, '')
  const floors = rest.filter((part) => part.startsWith('>=')).map((part) => part.slice(2).trim())
  const schemas = rest.filter((part) => part.startsWith('@')).map((part) => part.slice(1).trim())
  const readable =
    EXTENSION_NAME.test(name) &&
    fits(name) &&
    floors.length <= 1 &&
    schemas.length <= 1 &&
    floors.every((floor) => /^\d+(?:\.\d+)*$/.test(floor)) &&
    schemas.every((schema) => /^[^\s"]+$/.test(schema) && fits(schema))
  if (!readable) return problem
  const [floor] = floors
  const [schema] = schemas
  // The one of PostgreSQL's own schemas that it makes extensions in.
  if (schema !== undefined && schema !== 'pg_catalog' && isSystemSchema(schema)) {
    return `${describeFound(entry)}; schema ${schema} is PostgreSQL's own: write another`
  }
  return {
    name,
    ...(floor !== undefined && { floor }),
    ...(schema !== undefined && { schema }),
    ...(first !== name && { optional: true }),
  }
}

function fits(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_IDENTIFIER_BYTES
}
