import type { Definition } from './definition.ts'
import { holderOf, parseKey, withoutLastPart } from './object-key.ts'
import type { Fault } from './structure.ts'

/** What a broken REINDEX CONCURRENTLY leaves beside the index that it was to replace. */
const REINDEX_LEFTOVER = /_cc(?:new|old)\d*"?$/

/**
 * Every index that the server does not use or does not keep up, each with the statements that mend
 * it: an invalid index answers no query and yet slows every write down.
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export function indexFaults(live: ReadonlyMap<string, Definition>): readonly Fault[] {
  return [...live].flatMap(([key, definition]): readonly Fault[] => {
    const message = faultOf(definition)
    if (message === undefined) return []
    return [{ kind: 'index', subject: key, message, remedy: remedyFor(key, definition) }]
  })
}

function faultOf({ valid, ready, indexValid }: Definition): string | undefined {
  if (indexValid === false) return 'has an index that is not valid'
  if (valid === false) return 'is not valid: a concurrent build was broken off, or is under way'
  return ready === false ? 'is not ready: it misses rows that are written now' : undefined
}

function remedyFor(key: string, definition: Definition): readonly string[] {
  const { kind, name } = parseKey(key) ?? { kind: 'index', name: key }
  if (kind === 'constraint') return [`REINDEX INDEX CONCURRENTLY ${indexOfConstraint(key, name)};`]
  const text = String(definition.definition)
  if (text.includes(` ON ONLY ${definition.table} `)) return [attach(name)]
  const drop = `DROP INDEX CONCURRENTLY ${name};`
  return REINDEX_LEFTOVER.test(name) ? [drop] : [drop, `${concurrently(text)};`]
}

function concurrently(definition: string): string {
  return definition.replace(/^CREATE (UNIQUE )?INDEX /, 'CREATE $1INDEX CONCURRENTLY ')
}

/** A partitioned index becomes valid when the last partition's index is attached to it. */
function attach(name: string): string {
  return `ALTER INDEX ${name} ATTACH PARTITION <index>; -- for each partition that has none attached`
}

/** The index has the constraint's name and is in its table's schema. */
function indexOfConstraint(key: string, name: string): string {
  const table = holderOf(key, {}) ?? ''
  return `${withoutLastPart(table)}.${name.slice(table.length + 1)}`
}
