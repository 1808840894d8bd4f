import { isDeepStrictEqual } from 'node:util'
import type { Definition } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { hindersRetype } from '../kinds/column.ts'
import { holderName, objectOf, relationOf, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Written } from '../statement.ts'
import { TYPE_KINDS } from './parts.ts'

/** What becomes of an object that does not simply stay. */
export interface Fate {
  /** As it is now; absent where it is new. */
  readonly before?: SchemaObject
  /** As it shall be; absent where it goes. */
  readonly after?: SchemaObject
  /** What changes it in place; absent where it is dropped, created or both. */
  readonly inPlace?: Written
  /** A type that columns are of: it stays under another name until they are of the new one. */
  readonly isSetAside?: true
  /** A column whose type is such a type. */
  readonly isMoved?: true
}

/** By key; what stays as it is has none. */
export type Fates = ReadonlyMap<string, Fate>

/**
 * What becomes of each object: new, gone, changed in place or made again. What needs something that goes or is
 * made again, and itself stays, is made again too, and so on; tables and columns never are, since
 * their rows would go: a column of a type that is made again moves over to the new one.
 */
export function fatesOf(
  from: Schema,
  to: Schema,
  writers: Readonly<Record<string, KindWriter>>,
): Fates {
  const fates = new Map<string, Fate>()
  // In the order of the keys, so that nothing depends on the order in which they were read.
  const keys = new Set([...from.objects.keys(), ...to.objects.keys()])
  for (const key of [...keys].toSorted()) {
    const fate = ownFate(planned(from, key), planned(to, key), writers)
    if (fate !== undefined) fates.set(key, fate)
  }
  const dependents = dependentsOf(from)
  const queue = [...fates.keys()]
  for (let key = queue.shift(); key !== undefined; key = queue.shift()) {
    const fate = fates.get(key)
    if (fate?.before === undefined) continue
    for (const dependent of dependents.get(key) ?? []) {
      const disturbed = disturbedFate(fate, dependent, { from, to, fates, writers })
      if (disturbed === undefined) continue
      fates.set(dependent, disturbed)
      if (disturbed.isMoved) fates.set(key, { ...fate, isSetAside: true })
      queue.push(dependent)
    }
  }
  return fates
}

/** Undefined for what is not there, and for a view's columns, which are made with it. */
function planned(schema: Schema, key: string): SchemaObject | undefined {
  const object = objectOf(schema, key)
  if (object?.kind !== 'column') return object
  return relationOf(schema, holderName(object) ?? '')?.kind.endsWith('view') ? undefined : object
}

/** True where it is dropped, be it to be created again. */
export function isTakenDown(fate: Fate): boolean {
  return fate.before !== undefined && fate.inPlace === undefined
}

function ownFate(
  before: SchemaObject | undefined,
  after: SchemaObject | undefined,
  writers: Readonly<Record<string, KindWriter>>,
): Fate | undefined {
  if (before === undefined) return after && { after }
  if (after === undefined) return { before }
  if (isSame(before, after)) return undefined
  const inPlace = writers[after.kind]?.alter(before, after) ?? 'rebuild'
  return inPlace === 'rebuild' ? { before, after } : { before, after, inPlace }
}

/** A column's number counts those that were dropped: where it stands is another question. */
function isSame(before: SchemaObject, after: SchemaObject): boolean {
  const plain = ({ position: _, ...definition }: Definition) => definition
  return isDeepStrictEqual(plain(before.definition), plain(after.definition))
}

interface Situation {
  readonly from: Schema
  readonly to: Schema
  readonly fates: Fates
  readonly writers: Readonly<Record<string, KindWriter>>
}

/** What becomes of `dependent` through the fate of what it needs; undefined where nothing more does. */
function disturbedFate(
  needed: Fate,
  dependent: string,
  { from, to, fates, writers }: Situation,
): Fate | undefined {
  const [before, after] = [objectOf(from, dependent), objectOf(to, dependent)]
  const now = fates.get(dependent)
  if (before === undefined || after === undefined) return undefined
  if (now !== undefined && isTakenDown(now)) return undefined
  // It waits for columns and constraints, and does not stand on them.
  if (before.kind === 'attachment' && needed.before?.kind !== 'table') return undefined
  if (!isTakenDown(needed) && !isBlocked(needed, before, writers)) return undefined
  if (!HOLDS_ROWS.has(before.kind) || isGenerated(before)) return { before, after }
  if (before.kind !== 'column' || now?.isMoved || !isOfType(after, needed)) return undefined
  return { before, after, inPlace: now?.inPlace ?? [], isMoved: true }
}

/** True for a column that shall be of a type of that name, be it of another kind by then. */
function isOfType(column: SchemaObject, { before }: Fate): boolean {
  if (before === undefined || !TYPE_KINDS.has(before.kind)) return false
  if (before.kind === 'collation') return column.definition.collation === before.name
  return (textOf(column.definition, 'type') ?? '').replace(/(?:\[\])+$/, '') === before.name
}

function isBlocked(
  { before, after, isMoved }: Fate,
  dependent: SchemaObject,
  writers: Readonly<Record<string, KindWriter>>,
): boolean {
  if (before === undefined || after === undefined) return false
  if (isMoved) return hindersRetype(dependent)
  return writers[before.kind]?.blocks?.(dependent, before, after) ?? false
}

/** What is never dropped to be made again. */
const HOLDS_ROWS = new Set(['schema', 'extension', 'table', 'foreign table', 'column', 'sequence'])

function isGenerated({ kind, definition }: SchemaObject): boolean {
  return kind === 'column' && definition.generated !== undefined
}

/** By key: what needs it. */
function dependentsOf({ needs }: Schema): ReadonlyMap<string, readonly string[]> {
  const dependents = new Map<string, string[]>()
  for (const [key, all] of needs)
    for (const need of all) {
      const known = dependents.get(need)
      if (known === undefined) dependents.set(need, [key])
      else known.push(key)
    }
  return dependents
}
