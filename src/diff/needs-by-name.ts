import {
  type CatalogObjects,
  type Definition,
  HOLDER_KINDS,
  holderOf,
  type ObjectKind,
  parseKey,
  unquoteName,
} from '../catalog/object-key.ts'
import type { Schema } from './schema.ts'
import { structuralNeeds } from './structural-needs.ts'

/** What other objects name: a column is named through its table, and nothing names an index. */
const NAMED_KINDS: ReadonlySet<ObjectKind> = new Set([
  ...HOLDER_KINDS,
  'enum',
  'composite type',
  'range type',
  'base type',
  'collation',
  'text search configuration',
  'text search dictionary',
  'text search parser',
  'text search template',
  'sequence',
  'function',
  'procedure',
  'aggregate',
  'operator class',
  'operator family',
  'operator',
])

/** Of a body in quotes nothing is known before it runs; who owns a sequence comes after it. */
const LATE_FIELDS: ReadonlySet<string> = new Set([
  'body',
  'library',
  'ownedBy',
  'position',
  'on',
  'of',
])

const PART = String.raw`(?:"(?:[^"]|"")+"|[\p{L}_][\p{L}\p{N}_$]*)`
const WORD = new RegExp(PART, 'gu')
/** The last part may be an operator's. */
const QUALIFIED = new RegExp(String.raw`(${PART})\.(${PART}|[-+*/<>=~!@#%^&|?]+)`, 'gu')
const FOREIGN_KEY = /^FOREIGN KEY \((.*?)\) REFERENCES (.+?)\((.+?)\)/

/** What names stand for: found once for all objects. */
interface Names {
  readonly objects: CatalogObjects
  /** Keys by qualified name, a routine's without its types. */
  readonly keys: ReadonlyMap<string, readonly string[]>
  /** Keys of columns by their relation's name. */
  readonly columns: ReadonlyMap<string, readonly string[]>
  /** Keys of extensions by their schema. */
  readonly extensions: ReadonlyMap<string, readonly string[]>
}

/**
 * What each object needs where no pg_depend says it: what its printed texts name. They are printed with nothing but
 * pg_catalog on the path, so that other names are qualified. Of a name with several meanings (overloads, a name
 * that no object has in the schema of an extension) all are needed. Pure.
 */
export function needsByName(objects: CatalogObjects): Schema['needs'] {
  const entries = [...objects]
  const names: Names = {
    objects,
    keys: grouped(entries, ([key]) => namedAs(key)),
    columns: grouped(entries, ([key, definition]) =>
      parseKey(key)?.kind === 'column' ? holderOf(key, definition) : undefined,
    ),
    extensions: grouped(entries, ([key, { schema }]) =>
      parseKey(key)?.kind === 'extension' ? String(schema) : undefined,
    ),
  }
  const needs = new Map<string, ReadonlySet<string>>()
  for (const [key, definition] of entries) {
    const all = [...structuralNeeds(key, definition, objects), ...needsOf(key, definition, names)]
    const own = new Set(all.filter((one) => one !== key && objects.has(one)))
    if (own.size > 0) needs.set(key, own)
  }
  return needs
}

/** The qualified name by which others name it. */
function namedAs(key: string): string | undefined {
  const { kind, name = '' } = parseKey(key) ?? {}
  if (kind === undefined || !NAMED_KINDS.has(kind)) return undefined
  return name.replace(/(?:\(| using ).*$/, '')
}

function needsOf(key: string, definition: Definition, names: Names): readonly string[] {
  const { kind = 'table', name = '' } = parseKey(key) ?? {}
  const fields = Object.entries(definition).filter(([field]) => !LATE_FIELDS.has(field))
  const texts = fields.flatMap(([, value]) => (typeof value === 'boolean' ? [] : value))
  const types = /\(.*$/.exec(name)?.[0] ?? ''
  const found = [...texts, types].flatMap((text) => [...text.matchAll(QUALIFIED)])
  const named = found.flatMap(([, schema = '', last = '']) => {
    const keys = names.keys.get(`${schema}.${last}`)
    return keys ?? names.extensions.get(unquoteName(schema)) ?? []
  })
  const published = kind === 'published table' ? name.slice(0, name.lastIndexOf(' of ')) : undefined
  const holder = published ?? holderOf(key, definition)
  const relations = new Set([
    ...named.flatMap((one) => parseKey(one)?.name ?? []),
    ...(holder === undefined || (kind === 'column' && definition.generated === undefined)
      ? []
      : [holder]),
  ])
  const [, from = '', table, to = ''] = FOREIGN_KEY.exec(String(definition.definition)) ?? []
  if (holder !== undefined && table !== undefined) {
    const pairs = [columnsIn(from, holder, names), columnsIn(to, table, names)]
    return [...pairs.flat(), ...keysOf(table, to, names.objects)]
  }
  const columns = [...relations].flatMap((one) => columnsIn(texts.join(' '), one, names))
  return [...named, ...columns]
}

/** Those of a relation's columns whose names stand in a text. */
function columnsIn(text: string, relation: string, { columns }: Names): readonly string[] {
  const words = new Set(text.match(WORD))
  const own = columns.get(relation) ?? []
  return own.filter((column) => words.has(column.slice(`column ${relation}.`.length)))
}

/** The keys of a table that a foreign key to these columns may lean on. */
function keysOf(table: string, columns: string, objects: CatalogObjects): readonly string[] {
  const wanted = sorted(columns)
  return [...objects].flatMap(([key, one]) => {
    const text = String(one.definition)
    const isUnique = /^(?:PRIMARY KEY|UNIQUE|CREATE UNIQUE INDEX)/.test(text)
    const own = /\(([^()]*)\)/.exec(text)?.[1]
    return isUnique && holderOf(key, one) === table && own !== undefined && sorted(own) === wanted
      ? [key]
      : []
  })
}

function sorted(columns: string): string {
  return (columns.match(WORD) ?? []).toSorted().join()
}

function grouped(
  entries: readonly (readonly [string, Definition])[],
  nameOf: (entry: readonly [string, Definition]) => string | undefined,
): ReadonlyMap<string, readonly string[]> {
  const groups = new Map<string, string[]>()
  for (const entry of entries) {
    const name = nameOf(entry)
    if (name === undefined) continue
    const group = groups.get(name) ?? []
    group.push(entry[0])
    groups.set(name, group)
  }
  return groups
}
