import { holderName, inheritedPart, ownName, relationOf, textOf } from '../objects.ts'
import { replaceColumn } from '../renames/rewrite.ts'
import type { Unwritten } from '../statement.ts'
import type { Fate, Fates } from './fates.ts'

/**
 * Without changes of type in partition keys, which PostgreSQL refuses. A type that such a column would have to move to
 * stays as it is, for all its columns.
 */
export function withoutStuckColumns(fates: Fates): {
  fates: Fates
  unwritten: readonly Unwritten[]
} {
  const stuck = [...fates.values()].filter(isInKey)
  const types = new Set(stuck.flatMap((one) => (one.isMoved ? [typeOf(one)] : [])))
  const left = new Map(fates)
  for (const [key, fate] of fates) {
    if (stuck.includes(fate) || (fate.isSetAside && types.has(fate.before?.name ?? '')))
      left.delete(key)
    else if (fate.isMoved && types.has(typeOf(fate))) {
      const { isMoved: _, ...stays } = fate
      if (stays.inPlace?.length === 0) left.delete(key)
      else left.set(key, stays)
    }
  }
  return { fates: left, unwritten: stuck.flatMap(unwritten) }
}

function unwritten({ after }: Fate): readonly Unwritten[] {
  if (after === undefined || inheritedPart(after)) return []
  const why = `it is in the partition key of ${holderName(after)}, where PostgreSQL changes no type`
  return [{ key: after.key, why }]
}

/** True for another type of a column in its table's partition key, or in that of a table above. */
function isInKey({ before, after, isMoved }: Fate): boolean {
  if (before?.kind !== 'column' || after === undefined) return false
  if (!isMoved && before.definition.type === after.definition.type) return false
  const table = relationOf(before.schema, holderName(before) ?? '')
  const key = textOf(table?.definition ?? {}, 'partitionKey') ?? ''
  if (replaceColumn(key, ownName(before), '') !== key) return true
  const above = inheritedPart(before)
  return above !== undefined && isInKey({ before: above, after, ...(isMoved && { isMoved }) })
}

/** Without what makes a list of it. */
function typeOf({ after }: Fate): string {
  return (textOf(after?.definition ?? {}, 'type') ?? '').replace(/(?:\[\])+$/, '')
}
