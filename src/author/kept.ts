import { type Definition, holderOf, parseKey } from '../catalog/object-key.ts'
import type { Schema } from '../diff/schema.ts'

/** What a table or a column has that models seldom say; by the fields of the catalog. */
const SELDOM_SAID: Readonly<Record<string, readonly string[]>> = {
  table: [
    ...['partitionKey', 'partitionOf', 'bounds', 'inherits', 'unlogged', 'accessMethod'],
    ...['rowSecurity', 'forceRowSecurity', 'replicaIdentity'],
  ],
  column: ['storage', 'compression', 'validated'],
}

/**
 * The wanted schema, together with what it says nothing of: objects of kinds that it holds none of, partitions
 * where it has none, fields that models seldom say, where it says none of them, and the order of columns. Pure.
 * @param held the kinds of objects that the source of the wanted schema holds
 */
export function withKept(present: Schema, wanted: Schema, held: ReadonlySet<string>): Schema {
  const silent = silentFields(wanted)
  const partitions = silent.has('table partitionOf') ? partitionsOf(present) : new Set<string>()
  const objects = new Map<string, Definition>()
  for (const [key, definition] of wanted.objects) {
    const before = present.objects.get(key)
    const kept = before === undefined ? definition : withFields(key, before, definition, silent)
    objects.set(key, isOfView(wanted, key) ? kept : inOrderOf(present, before, kept))
  }
  for (const [key, definition] of present.objects) {
    if (wanted.objects.has(key)) continue
    const kind = parseKey(key)?.kind ?? ''
    const holder = holderOf(key, definition)
    const isOfPartition = partitions.has(holder ?? nameOf(key))
    const isOrphan = holder !== undefined && !isThere(wanted, holder)
    if (isOfPartition || (!held.has(kind) && !isOrphan)) objects.set(key, definition)
  }
  const needs = new Map(
    [...objects.keys()].map((key) => {
      const both = [...(wanted.needs.get(key) ?? present.needs.get(key) ?? [])]
      return [key, new Set(both.filter((one) => objects.has(one)))] as const
    }),
  )
  return { ...wanted, objects, needs }
}

/** Those that no object of the wanted schema says. */
function silentFields({ objects }: Schema): ReadonlySet<string> {
  const silent = new Set(
    Object.entries(SELDOM_SAID).flatMap(([kind, fields]) => fields.map((one) => `${kind} ${one}`)),
  )
  for (const [key, definition] of objects) {
    const kind = parseKey(key)?.kind ?? ''
    for (const field of SELDOM_SAID[kind] ?? []) {
      if (definition[field] !== undefined) silent.delete(`${kind} ${field}`)
    }
  }
  return silent
}

function withFields(
  key: string,
  before: Definition,
  definition: Definition,
  silent: ReadonlySet<string>,
): Definition {
  const kind = parseKey(key)?.kind ?? ''
  const kept = Object.entries(before).filter(([field]) => silent.has(`${kind} ${field}`))
  return kept.length === 0 ? definition : { ...definition, ...Object.fromEntries(kept) }
}

/** The order of columns is the table's own: new ones come behind. */
function inOrderOf(
  present: Schema,
  before: Definition | undefined,
  definition: Definition,
): Definition {
  if (definition.position === undefined) return definition
  const position = before?.position ?? String(present.objects.size + Number(definition.position))
  return { ...definition, position }
}

/** What a query gives stands in the order that it says. */
function isOfView({ objects }: Schema, key: string): boolean {
  const holder = holderOf(key, objects.get(key) ?? {})
  return ['view', 'materialized view'].some((kind) => objects.has(`${kind} ${holder}`))
}

function partitionsOf({ objects }: Schema): Set<string> {
  const all = [...objects].filter(([, definition]) => definition.partitionOf !== undefined)
  return new Set(all.map(([key]) => nameOf(key)))
}

function nameOf(key: string): string {
  return parseKey(key)?.name ?? key
}

const HOLDERS = ['table', 'view', 'materialized view', 'foreign table', 'domain']

function isThere({ objects }: Schema, name: string): boolean {
  return HOLDERS.some((kind) => objects.has(`${kind} ${name}`))
}
