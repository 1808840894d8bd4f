import { statSync } from 'node:fs'
import { readPlainFile } from '../base/files.ts'
import { type Config, type ConfigProblem, invalidConfig } from '../config/config.ts'
import { messageOf } from '../errors/error.ts'
import { type ConnectionTarget, hostLabel } from '../postgres/connect/target.ts'
import { versionSchemaOf } from '../store/tables.ts'
import { type Fields, type Surroundings, type Target, targetFrom } from './target.ts'

const COMMENT = /^#|\s#.*$/
/** What a message says of a list that is wrong from end to end. */
const MOST_PROBLEMS = 50

/** Fields, or what is wrong with them, and where they stand. */
interface Entry {
  /** `tenants.txt:17` */
  readonly place: string
  readonly fields: Fields | Error
}

/**
 * The targets of a file, in its order. Blank lines and those behind a `#` count for nothing.
 * @throws {GateError} CONFIG_INVALID with every line that cannot be used, by its number
 */
export async function readTargetFile(
  path: string,
  config: ListConfig,
  surroundings: Surroundings,
): Promise<readonly Target[]> {
  const lines = (await textOf(path)).split(/\r?\n/)
  function* entries(): Iterable<Entry> {
    for (const [index, whole] of lines.entries()) {
      const line = whole.replace(COMMENT, '').trim()
      const place = `${path}:${index + 1}`
      if (line !== '' && !whole.startsWith('#')) yield { place, fields: fieldsOf(line, whole) }
    }
  }
  return checked(entries(), config, surroundings)
}

/**
 * The targets that rows name, in their order.
 * @throws {GateError} CONFIG_INVALID with every row that cannot be used, by its number
 */
export function targetsOfRows(
  rows: readonly Fields[],
  config: ListConfig,
  surroundings: Surroundings,
): readonly Target[] {
  const entries = rows.map((fields, index) => ({ place: `PGATE_FLEET, row ${index + 1}`, fields }))
  return checked(entries, config, surroundings)
}

type ListConfig = Pick<Config, 'schema' | 'versionSchema'>

async function textOf(path: string): Promise<string> {
  try {
    const text = (await readPlainFile(path)).toString('utf8').replace(/^\ufeff/, '')
    if ((statSync(path).mode & 0o002) === 0) return text
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    throw wrongFile(
      `cannot read ${JSON.stringify(path)} (${code ?? messageOf(error)}); write the path of a file that lists targets, or query: and a SELECT`,
    )
  }
  throw wrongFile(
    `the file ${JSON.stringify(path)} may be changed by everybody, and says where passwords are sent; run chmod o-w on it, or mount it with mode 0444`,
  )
}

function wrongFile(message: string) {
  return invalidConfig([{ variable: 'PGATE_FLEET', message }])
}

/** Nothing of the line is quoted: any of its words may be part of a password. */
function fieldsOf(line: string, whole: string): Fields | Error {
  // A # within a value begins no comment.
  if (line.startsWith('{')) return jsonFields(whole) ?? jsonFields(line) ?? noJson()
  const words = line.split(/\s+/)
  const at = words.findIndex((word) => word.includes('://'))
  const [name, url, schema] = at === 0 ? [undefined, words[0]] : words
  if (at === -1) return new Error('holds no URL; write URL, name URL, or name URL schema')
  if (at > 1 || words.length > (at === 0 ? 1 : 3)) {
    return new Error(
      `has ${words.length} words, the URL as number ${at + 1}; write URL, name URL, or name URL schema, and %20 for a space within`,
    )
  }
  return { name, url, schema }
}

function jsonFields(text: string): Fields | undefined {
  try {
    return { ...JSON.parse(text) }
  } catch {
    return undefined
  }
}

/** What JSON.parse says quotes the line. */
function noJson(): Error {
  return new Error('begins as JSON and is none; write {"name": "…", "url": "…"}')
}

function checked(
  entries: Iterable<Entry>,
  config: ListConfig,
  surroundings: Surroundings,
): readonly Target[] {
  const targets: Target[] = []
  const problems: ConfigProblem[] = []
  const seen = new Map<string, string>()
  for (const { place, fields } of entries) {
    try {
      if (fields instanceof Error) throw fields
      const { target, connection } = targetFrom(fields, surroundings)
      refuseTwice(seen, `name ${target.name}`, place, `the name ${target.name}`)
      const database = databaseKey(target, config, connection)
      refuseTwice(seen, database, place, `${target.name} is a database and schema that`)
      targets.push(target)
    } catch (error) {
      problems.push({ variable: place, message: messageOf(error) })
    }
  }
  if (problems.length > 0) throw invalidConfig(shown(problems))
  return targets
}

function refuseTwice(seen: Map<string, string>, key: string, place: string, what: string): void {
  const before = seen.get(key)
  if (before !== undefined) throw new Error(`${what} stands at ${before}, too`)
  seen.set(key, place)
}

/** Two targets with one history would be one. */
function databaseKey(target: Target, config: ListConfig, connection: ConnectionTarget): string {
  const { hosts, database, schema: inUrl } = connection
  const { schema = (target.url && inUrl) ?? config.schema } = target
  return JSON.stringify([hosts.map(hostLabel), database, versionSchemaOf({ ...config, schema })])
}

function shown(problems: readonly ConfigProblem[]): readonly ConfigProblem[] {
  const left = problems.length - MOST_PROBLEMS
  if (left <= 0) return problems
  const rest = { variable: 'PGATE_FLEET', message: `${left} more lines cannot be used` }
  return [...problems.slice(0, MOST_PROBLEMS), rest]
}
