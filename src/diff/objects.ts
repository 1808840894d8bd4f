import { type Definition, holderOf, parseKey, withoutLastPart } from '../catalog/object-key.ts'
import type { SchemaObject } from './kind-writer.ts'
import type { Schema } from './schema.ts'

/** Parts of columns and sequences that the planner treats as objects of their own. */
const PART_KINDS = ['default', 'ownership', 'attachment', 'replica identity'] as const

/** `materialized view` of `materialized view public.m`. */
export function kindOf(key: string): string {
  return PART_KINDS.find((kind) => key.startsWith(`${kind} `)) ?? parseKey(key)?.kind ?? ''
}

/** `public.m` of `materialized view public.m`. */
export function nameOf(key: string): string {
  return key.slice(kindOf(key).length + 1)
}

/** An object of a schema; undefined where it has none of that key. */
export function objectOf(schema: Schema, key: string): SchemaObject | undefined {
  const definition = schema.objects.get(key)
  return definition && { key, kind: kindOf(key), name: nameOf(key), definition, schema }
}

/** The name of what a column, constraint, index or the like is part of: `public.users`. */
export function holderName({ key, kind, name, definition }: SchemaObject): string | undefined {
  if (kind === 'default') return withoutLastPart(name)
  if (kind === 'attachment' || kind === 'replica identity') return name
  return holderOf(key, definition)
}

/** A part's own name, quoted: `email` of `column public.users.email`. */
export function ownName({ name }: Pick<SchemaObject, 'name'>): string {
  return name.slice(withoutLastPart(name).length + 1)
}

/** The relation of that name: a table, a foreign table, a view. */
export function relationOf(schema: Schema, name: string): SchemaObject | undefined {
  const kinds = ['table', 'foreign table', 'view', 'materialized view']
  return kinds.map((kind) => objectOf(schema, `${kind} ${name}`)).find((one) => one !== undefined)
}

/** What a field of a definition says, where it is a text. */
export function textOf(definition: Definition, field: string): string | undefined {
  const value = definition[field]
  return typeof value === 'string' ? value : undefined
}

/** The same of a list; empty where there is none. */
export function listOf(definition: Definition, field: string): readonly string[] {
  const value = definition[field]
  return Array.isArray(value) ? value : []
}

/** The names of the tables right above one: what it is a partition of, or what it inherits from. */
export function parentsOf({
  schema,
  name,
}: Pick<SchemaObject, 'schema' | 'name'>): readonly string[] {
  const attachment = schema.objects.get(`attachment ${name}`) ?? {}
  const above = textOf(attachment, 'partitionOf')
  return above === undefined ? listOf(attachment, 'inherits') : [above]
}

/** The names of a table's partitions and heirs. */
export function heirsOf({
  schema,
  name,
}: Pick<SchemaObject, 'schema' | 'name'>): readonly string[] {
  return [...schema.objects.keys()]
    .filter((key) => key.startsWith('attachment '))
    .map(nameOf)
    .filter((heir) => parentsOf({ schema, name: heir }).includes(name))
}

/** The same column, constraint or default of the table above, from which this one comes. */
export function inheritedPart(part: SchemaObject): SchemaObject | undefined {
  const { schema, kind } = part
  return parentsOf({ schema, name: withoutLastPart(part.name) })
    .map((parent) => objectOf(schema, `${kind} ${parent}.${ownName(part)}`))
    .find((one) => one !== undefined)
}

/** True for a default that all partitions and heirs have, too: one statement sets them all. */
export function isSameForHeirs(value: SchemaObject): boolean {
  const { schema, name, definition } = value
  return heirsOf({ schema, name: withoutLastPart(name) }).every((heir) => {
    const own = objectOf(schema, `default ${heir}.${ownName(value)}`)
    return own !== undefined && own.definition.default === definition.default && isSameForHeirs(own)
  })
}

/** Where a constraint stands among a table's: the primary key first, foreign keys last. */
export function constraintRank({ definition }: Pick<SchemaObject, 'definition'>): number {
  const ranks = ['PRIMARY', 'UNIQUE', 'EXCLUDE', 'CHECK', 'NOT NULL']
  const text = textOf(definition, 'definition') ?? ''
  const rank = ranks.findIndex((word) => text.startsWith(word))
  return rank === -1 ? ranks.length : rank
}

/** True for a foreign key. */
export function isForeignKey({ kind, definition }: SchemaObject): boolean {
  return kind === 'constraint' && (textOf(definition, 'definition') ?? '').startsWith('FOREIGN')
}
