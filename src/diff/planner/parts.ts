import { type Definition, holderOf, withoutLastPart } from '../../catalog/object-key.ts'
import { kindOf, nameOf, ownName, relationOf, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import { inheritedConstraints } from './inherited-constraints.ts'

/**
 * The schema with what can be set afterwards as objects of their own, which is what opens circles: a column's
 * default (it may need a function that needs the table), which column owns a sequence (its default may need the
 * sequence), what a table is a partition of, and its replica identity (an index of it). A view's columns are the view's. What follows from others is left out. Pure.
 */
export function withParts(schema: Schema): Schema {
  const objects = new Map<string, Definition>()
  const needs = new Map<string, ReadonlySet<string>>()
  for (const [key, definition] of schema.objects) {
    if (kindOf(key) === DERIVED) continue
    const whole = { key, definition, needs: needsOf(schema, key) }
    for (const part of SPLITTERS[kindOf(key)]?.(whole, schema) ?? [whole]) {
      objects.set(part.key, part.definition)
      needs.set(part.key, part.needs)
    }
  }
  return { objects, needs }
}

/** Follows from the partitions themselves. */
const DERIVED = 'partitions'

interface Part {
  readonly key: string
  readonly definition: Definition
  readonly needs: ReadonlySet<string>
}

type Splitter = (part: Part, schema: Schema) => readonly Part[]

const SPLITTERS: Readonly<Record<string, Splitter>> = {
  column: partsOfColumn,
  constraint: partsOfConstraint,
  sequence: partsOfSequence,
  table: partsOfTable,
  'foreign table': partsOfTable,
}

/** A foreign key to a partitioned table stands on each of its partitions. */
function partsOfConstraint({ key, definition, needs }: Part, schema: Schema): readonly Part[] {
  const text = textOf(definition, 'definition') ?? ''
  const [, other] = /^FOREIGN KEY .*? REFERENCES (.+?)\(/.exec(text) ?? []
  const below = other === undefined ? [] : partitionsOf(schema, other)
  return [{ key, definition, needs: new Set([...needs, ...below]) }]
}

/** The attachments of the tables below a partitioned one. */
function partitionsOf(schema: Schema, table: string): readonly string[] {
  if (schema.objects.get(`table ${table}`)?.partitionKey === undefined) return []
  return [...schema.objects].flatMap(([key, { partitionOf }]) =>
    partitionOf === table
      ? [`attachment ${nameOf(key)}`, ...partitionsOf(schema, nameOf(key))]
      : [],
  )
}

function partsOfSequence({ key, definition, needs }: Part): readonly Part[] {
  const { ownedBy, ...itself } = definition
  if (typeof ownedBy !== 'string') return [{ key, definition, needs }]
  const owner = `column ${ownedBy}`
  return [
    { key, definition: itself, needs: new Set([...needs].filter((one) => one !== owner)) },
    { key: `ownership ${nameOf(key)}`, definition: { ownedBy }, needs: new Set([key, owner]) },
  ]
}

function partsOfTable({ key, definition, needs }: Part, schema: Schema): readonly Part[] {
  const { partitionOf, bounds, inherits, replicaIdentity, ...itself } = definition
  const name = nameOf(key)
  const parents = [partitionOf ?? [], inherits ?? []].flat().map((parent) => `table ${parent}`)
  const attachment = {
    ...(partitionOf && bounds && { partitionOf, bounds }),
    ...(inherits && { inherits }),
  }
  const constraints = inheritedConstraints(schema, name).filter(
    (one) => !schema.objects.has(one.key),
  )
  const index = typeof replicaIdentity === 'string' ? indexKeys(name, replicaIdentity) : []
  return [
    { key, definition: itself, needs: new Set([...needs].filter((one) => !parents.includes(one))) },
    ...constraints,
    ...(parents.length === 0
      ? []
      : [
          {
            key: `attachment ${name}`,
            definition: attachment,
            needs: new Set([
              key,
              ...parents,
              ...partsNeeded(schema, name),
              ...constraints.map((one) => one.key),
            ]),
          },
        ]),
    // A foreign table has no rows to identify, and the catalog says so of each.
    ...(replicaIdentity === undefined || key.startsWith('foreign table ')
      ? []
      : [
          {
            key: `replica identity ${name}`,
            definition: { replicaIdentity },
            needs: new Set([key, ...index]),
          },
        ]),
  ]
}

/** What a table has to have before it is attached: its columns and constraints. */
function partsNeeded(schema: Schema, table: string): readonly string[] {
  return [...schema.objects.keys()].filter(
    (key) => /^(?:column|constraint) /.test(key) && holderOf(key, {}) === table,
  )
}

/** `index public.t_i`, or the constraint that has it. */
function indexKeys(table: string, name: string): readonly string[] {
  return [`index ${withoutLastPart(table)}.${name}`, `constraint ${table}.${name}`]
}

function partsOfColumn({ key, definition, needs }: Part, schema: Schema): readonly Part[] {
  const { default: value, ...itself } = definition
  const holder = relationOf(schema, holderOf(key, definition) ?? '')
  const isOfView = holder === undefined || holder.kind.endsWith('view')
  const part = {
    key: `default ${nameOf(key)}`,
    definition: value === undefined ? {} : { default: value },
    needs: new Set([isOfView ? (holder?.key ?? key) : key, ...needs]),
  }
  const parts = value === undefined && !takesOverDefault(schema, key) ? [] : [part]
  if (isOfView) return [{ key, definition: itself, needs: new Set() }, ...parts]
  const ofColumn = [...needs].filter((need) => isOfColumn(need, definition))
  return [{ key, definition: itself, needs: new Set(ofColumn) }, ...parts]
}

/** A partition's column has its parent's default, unless it is taken off. */
function takesOverDefault(schema: Schema, key: string): boolean {
  const table = schema.objects.get(`table ${holderOf(key, {})}`) ?? {}
  const parents = [table.partitionOf ?? [], table.inherits ?? []].flat()
  const own = ownName({ name: nameOf(key) })
  return parents.some(
    (parent) => schema.objects.get(`column ${parent}.${own}`)?.default !== undefined,
  )
}

/** False for what a column's default needs, and not the column. */
function isOfColumn(need: string, definition: Definition): boolean {
  if (definition.generated !== undefined) return true
  const kind = kindOf(need)
  if (kind !== 'collation' && TYPE_KINDS.has(kind))
    return (textOf(definition, 'type') ?? '').includes(nameOf(need))
  return ['table', 'foreign table', 'collation', 'extension', 'column'].includes(kind)
}

/** Kinds that a column is of, and that are made again while it stays. */
export const TYPE_KINDS: ReadonlySet<string> = new Set([
  'collation',
  'enum',
  'domain',
  'composite type',
  'range type',
  'base type',
])

/** Without a view's columns: they stand for the view. */
function needsOf(schema: Schema, key: string): ReadonlySet<string> {
  const all = [...(schema.needs.get(key) ?? [])].map((need) => {
    if (kindOf(need) !== 'column') return need
    const holder = relationOf(schema, holderOf(need, {}) ?? '')
    return holder?.kind.endsWith('view') ? holder.key : need
  })
  return new Set(all.filter((need) => need !== key))
}
