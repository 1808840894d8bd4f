import type { SchemaObject } from '../kind-writer.ts'
import { holderName, objectOf, ownName, parentsOf, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Fates } from './fates.ts'

/**
 * Without the keys and indexes that a partition has as its table has them: one that is detached keeps them, and of
 * one that is attached they become its table's. What they are called meanwhile, no catalog says.
 */
export function withoutAttachedIndexes(fates: Fates, from: Schema, to: Schema): Fates {
  const left = new Map(fates)
  for (const [key, { before, after }] of fates) {
    const object = before ?? after
    if (object === undefined || (before !== undefined && after !== undefined)) continue
    const other = before === undefined ? from : to
    if (!fates.has(`attachment ${holderName(object)}`) || !hasIndex(object)) continue
    if (isAsAbove(object, other)) left.delete(key)
  }
  return left
}

function hasIndex({ kind, definition }: SchemaObject): boolean {
  const text = textOf(definition, 'definition') ?? ''
  return kind === 'index' || (kind === 'constraint' && /^(?:PRIMARY KEY|UNIQUE)\b/.test(text))
}

/** True where the table is a partition on the other side, of a table with the same key or index. */
function isAsAbove(object: SchemaObject, other: Schema): boolean {
  const table = holderName(object) ?? ''
  if (!other.objects.has(`table ${table}`)) return false
  return parentsOf({ schema: other, name: table }).some((parent) =>
    [...other.objects.keys()]
      .filter((key) => key.startsWith(`${object.kind} `))
      .flatMap((key) => objectOf(other, key) ?? [])
      .some((one) => holderName(one) === parent && shapeOf(one) === shapeOf(object)),
  )
}

/** The definition without the names that it is called by. */
function shapeOf(object: SchemaObject): string {
  const text = textOf(object.definition, 'definition') ?? ''
  if (object.kind === 'constraint') return text
  return text.replace(` ${ownName(object)} ON `, ' ON ').replace(/ ON (?:ONLY )?\S+ /, ' ON ')
}
