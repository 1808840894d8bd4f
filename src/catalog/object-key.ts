/** What an object is, field by field; a field that says nothing beyond the default is absent. */
export type Definition = Readonly<Record<string, DefinitionValue>>

/** Objects by key. */
export type CatalogObjects = ReadonlyMap<string, Definition>

/** Numbers are text, so that none loses digits. */
export type DefinitionValue = string | boolean | readonly string[]

/** Field by field, what else the server prints for the same thing: after one more parse, or two. */
export type Respelling = Readonly<Record<string, readonly string[]>>

/** Respellings by key; an object of which all spellings are the same has none. */
export type Respellings = ReadonlyMap<string, Respelling>

/**
 * A definition out of JSON text, frozen.
 * @throws {TypeError} where it is not an object of strings, booleans and lists of strings
 */
export function parseDefinition(json: string): Definition {
  const value: unknown = JSON.parse(json)
  if (!isDefinition(value)) throw new TypeError('a definition is an object of texts and lists')
  return Object.freeze(value)
}

/** True for an object whose fields are strings, booleans or lists of strings. */
export function isDefinition(value: unknown): value is Definition {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every(isDefinitionValue)
}

/** True for an object whose fields are lists of strings. */
export function isRespelling(value: unknown): value is Respelling {
  return isDefinition(value) && Object.values(value).every(Array.isArray)
}

function isDefinitionValue(value: unknown): value is DefinitionValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string' || typeof value === 'boolean'
}

/**
 * The kinds of objects, in the order in which a manifest lists what belongs to one table; before
 * `enum` those of the whole database. A kind stands before another that its name begins with.
 */
export const OBJECT_KINDS = [
  'schema',
  'extension',
  'language',
  'transform',
  'access method',
  'cast',
  'foreign data wrapper',
  'server',
  'event trigger',
  'publication',
  'subscription',
  'enum',
  'domain',
  'composite type',
  'range type',
  'base type',
  'collation',
  'conversion',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'sequence',
  'table',
  'foreign table',
  'partitions',
  'partition',
  'view',
  'materialized view',
  'column',
  'constraint',
  'index',
  'statistics',
  'trigger',
  'rule',
  'policy',
  'published table',
  'published schema',
  'function',
  'procedure',
  'aggregate',
  'operator class',
  'operator family',
  'operator',
  'option',
  'owner of',
  'grant',
  'revoke',
  'setting',
  'migrating role',
] as const
export type ObjectKind = (typeof OBJECT_KINDS)[number]

const KIND = new RegExp(`^(${OBJECT_KINDS.join('|')}) `)

/** A key of the catalog taken apart: `column public.users.email`. */
interface ObjectKey {
  readonly kind: ObjectKind
  /** Qualified and quoted as the server does it. */
  readonly name: string
}

/** The kinds whose columns, constraints and the like go and come with them. */
export const HOLDER_KINDS = [
  'table',
  'foreign table',
  'view',
  'materialized view',
  'domain',
] as const

/** What a column, constraint, trigger, rule or policy hangs on. */
const CHILD_KINDS: ReadonlySet<ObjectKind> = new Set([
  'column',
  'constraint',
  'trigger',
  'rule',
  'policy',
])

/** The last part of a qualified name; a quoted part may hold dots. */
const LAST_PART = /\.(?:"(?:[^"]|"")*"|[^".]+)$/

/** Takes a key apart; undefined where it names no kind that the catalog query gives. */
export function parseKey(key: string): ObjectKey | undefined {
  const word = KIND.exec(key)?.[1]
  const kind = OBJECT_KINDS.find((one) => one === word)
  return kind && { kind, name: key.slice(kind.length + 1) }
}

/**
 * The qualified name of the table, view or domain that the object is part of; undefined for an
 * object that stands by itself.
 *
 * @example holderOf('column public.users."odd.name"', {}) // 'public.users'
 */
export function holderOf(
  key: string,
  definition: Readonly<Record<string, unknown>>,
): string | undefined {
  if (typeof definition.table === 'string') return definition.table
  if (typeof definition.on === 'string')
    return holderOf(definition.on, {}) ?? parseKey(definition.on)?.name
  const parsed = parseKey(key)
  if (parsed === undefined || !CHILD_KINDS.has(parsed.kind)) return undefined
  return withoutLastPart(parsed.name)
}

/**
 * What a qualified name is qualified with.
 *
 * @example withoutLastPart('public."odd.name"') // 'public'
 */
export function withoutLastPart(name: string): string {
  return name.replace(LAST_PART, '')
}

/** A name as it is stored, out of one as the server quotes it; for a name of one part. */
export function unquoteName(name: string): string {
  return name.startsWith('"') ? name.slice(1, -1).replaceAll('""', '"') : name
}
