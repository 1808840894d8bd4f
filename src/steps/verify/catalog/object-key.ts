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

/** A key of the catalog taken apart: `column public.users.email`. */
export interface ObjectKey {
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
  const kind = OBJECT_KINDS.find((one) => key.startsWith(`${one} `))
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
