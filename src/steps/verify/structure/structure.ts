import {
  type CatalogObjects,
  type Definition,
  holderOf,
  parseKey,
  unquoteName,
} from '../../../catalog/object-key.ts'
import { meetsFloor } from '../../../postgres/sql/extension-version.ts'
import { describeVersions } from '../../../revisions/graph/named.ts'

/** Something that is wrong whatever the manifest says. */
export interface StructureFault {
  readonly kind: 'index' | 'constraint' | 'versions' | 'extension'
  /** The object's key, or what is meant: `version rows`. */
  readonly subject: string
  /** What is wrong with it. */
  readonly message: string
  /** SQL or commands that fix it, in order. */
  readonly remedy: readonly string[]
}

/** An extension that has to be there; `floor` is the lowest version that will do. */
export interface RequiredExtension {
  readonly name: string
  readonly floor?: string | undefined
  /** Absent: as the catalog says. */
  readonly installed?: string | undefined
}

interface StructureFacts {
  readonly live: CatalogObjects
  /** Indexes that are not valid or not ready, of every schema. */
  readonly broken: CatalogObjects
  /** Only what is promised as validated has to be so; absent: nothing is promised. */
  readonly promised?: CatalogObjects | undefined
  /** The version rows that there should be, and those that there are. */
  readonly versions: ReadonlySet<string>
  readonly liveVersions: ReadonlySet<string>
  readonly extensions: readonly RequiredExtension[]
}

/**
 * What must hold with or without a manifest: every index valid and ready, every constraint
 * that is promised so validated, version rows as expected, extensions there and at their floor. Pure; one fault each.
 */
export function structureFaults(facts: StructureFacts): readonly StructureFault[] {
  return [
    ...versionFaults(facts),
    ...extensionFaults(facts),
    ...indexFaults(facts.broken, facts.promised),
    ...constraintFaults(facts),
  ]
}

function versionFaults({ versions, liveVersions }: StructureFacts): readonly StructureFault[] {
  const same = versions.size === liveVersions.size
  if (same && [...versions].every((id) => liveVersions.has(id))) return []
  const message = `are ${names(liveVersions)}, expected ${names(versions)}`
  return [{ kind: 'versions', subject: 'version rows', message, remedy: ['pgate upgrade'] }]
}

function names(versions: ReadonlySet<string>): string {
  return versions.size === 0 ? 'none' : describeVersions(versions)
}

function extensionFaults({ live, extensions }: StructureFacts): readonly StructureFault[] {
  const versions = new Map(
    [...live].flatMap(([key, { version }]) => {
      const parsed = parseKey(key)
      return parsed?.kind === 'extension' ? [[unquoteName(parsed.name), version] as const] : []
    }),
  )
  return extensions.flatMap(
    ({ name, floor, installed = versions.get(name) }): readonly StructureFault[] => {
      const fault = { kind: 'extension', subject: `extension ${name}` } as const
      const remedy = ['pgate extensions']
      if (typeof installed !== 'string') return [{ ...fault, message: 'is not installed', remedy }]
      if (meetsFloor(installed, floor)) return []
      return [{ ...fault, message: `is at ${installed}, below ${floor}`, remedy }]
    },
  )
}

function constraintFaults({ live, promised }: StructureFacts): readonly StructureFault[] {
  return unvalidated(live)
    .filter(([key]) => promised?.has(key) && promised.get(key)?.validated !== false)
    .map(([key, definition]) => ({
      kind: 'constraint',
      subject: key,
      message: NOT_VALIDATED,
      remedy: [validate(key, definition, live)],
    }))
}

const NOT_VALIDATED = 'is not validated: older rows may break it'

/**
 * One sentence, with the statement that validates it, for each constraint that is not validated
 * and that no manifest promises: a revision may have left it so on purpose.
 */
export function reportUnvalidated({
  live,
  promised,
}: Pick<StructureFacts, 'live' | 'promised'>): readonly string[] {
  return unvalidated(live)
    .filter(([key]) => !promised?.has(key))
    .map(([key, definition]) => `${key} ${NOT_VALIDATED}; ${validate(key, definition, live)}`)
}

function unvalidated(live: StructureFacts['live']): readonly (readonly [string, Definition])[] {
  return [...live].filter(([, { validated }]) => validated === false)
}

function validate(key: string, definition: Definition, live: StructureFacts['live']): string {
  const { kind, name } = parseKey(key) ?? { kind: 'constraint', name: key }
  const holder = holderOf(key, definition) ?? ''
  const part = name.slice(holder.length + 1)
  if (kind === 'column') return `ALTER TABLE ${holder} ALTER COLUMN ${part} SET NOT NULL;`
  const what = live.has(`domain ${holder}`) ? 'DOMAIN' : 'TABLE'
  return `ALTER ${what} ${holder} VALIDATE CONSTRAINT ${part};`
}

/**
 * Every index that the server does not use or does not keep up, in whatever schema, each with what
 * fixes it: an invalid index answers no query and yet slows every write down. One that a session
 * builds at this moment is a fault only where it is `promised`: a nightly REINDEX CONCURRENTLY must
 * not shut a gate.
 * @see https://www.postgresql.org/docs/current/sql-createindex.html#SQL-CREATEINDEX-CONCURRENTLY
 */
function indexFaults(
  broken: CatalogObjects,
  promised: CatalogObjects = new Map(),
): readonly StructureFault[] {
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
export function reportBuilding(
  broken: CatalogObjects,
  promised: CatalogObjects = new Map(),
): readonly string[] {
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
