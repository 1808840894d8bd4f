import type { Definition } from '../catalog/definition.ts'
import { parseKey } from '../catalog/object-key.ts'
import type { Fault } from './structure.ts'

type Objects = ReadonlyMap<string, Definition>

/**
 * Every index that the server does not use or does not keep up, in whatever schema, each with what
 * mends it: an invalid index answers no query and yet slows every write down. One that a session
 * builds at this moment is a fault only where it is `promised`: a nightly REINDEX CONCURRENTLY must
 * not shut a gate.
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
export function indexFaults(broken: Objects, promised: Objects = new Map()): readonly Fault[] {
  return [...broken]
    .filter(([key, definition]) => builderOf(definition) === undefined || promised.has(key))
    .map(([key, definition]) => ({
      kind: 'index',
      subject: key,
      message: faultOf(definition),
      remedy: remedyFor(key, definition),
    }))
}

/** One sentence for each index that is being built and that nobody was promised. */
export function tellBuilding(broken: Objects, promised: Objects = new Map()): readonly string[] {
  return [...broken].flatMap(([key, definition]) => {
    const pid = builderOf(definition)
    if (pid === undefined || promised.has(key)) return []
    return [`${key} is not valid yet: another session (pid ${pid}) is at work on it`]
  })
}

function builderOf({ builder }: Definition): string | undefined {
  return typeof builder === 'string' ? builder : undefined
}

function faultOf(definition: Definition): string {
  const pid = builderOf(definition)
  if (pid !== undefined) return `is not valid yet: another session (pid ${pid}) is at work on it`
  if (definition.partitioned === true) return 'is not valid: a partition lacks its part of it'
  return definition.valid === true
    ? 'is not ready: it misses rows that are written now'
    : 'is not valid: a concurrent build was broken off'
}

function remedyFor(key: string, definition: Definition): readonly string[] {
  const name = parseKey(key)?.name ?? key
  if (builderOf(definition) !== undefined) return ['pgate verify, once that has ended']
  if (definition.exclusion === true)
    return [`REINDEX INDEX ${name}; -- keeps writers out meanwhile`]
  const repair = 'pgate verify --repair'
  if (definition.partitioned !== true) return [repair]
  const attach = `ALTER INDEX ${name} ATTACH PARTITION <index>;`
  return [`${attach} -- for each partition that has none attached`, repair]
}
