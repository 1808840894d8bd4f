import { withoutLastPart } from '../../catalog/object-key.ts'
import { kindOf, nameOf, ownName, relationOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Unwritten } from '../statement.ts'
import { type Fates, isTakenDown } from './fates.ts'

/**
 * The tables whose columns will stand in another order than wanted: a new column stands behind all others, and
 * no table is written again for the sake of the order.
 */
export function otherOrders(from: Schema, to: Schema, fates: Fates): readonly Unwritten[] {
  const [old, wanted] = [columnsByTable(from), columnsByTable(to)]
  return [...wanted].flatMap(([table, columns]) => {
    const before = old.get(table)
    if (before === undefined || relationOf(to, table)?.kind.endsWith('view')) return []
    // One that is computed by another expression is dropped and added.
    const stays = (column: string) => {
      const fate = fates.get(column)
      return columns.includes(column) && (fate === undefined || !isTakenDown(fate))
    }
    const kept = before.filter(stays)
    const reached = [...kept, ...columns.filter((column) => !kept.includes(column))]
    if (reached.join() === columns.join()) return []
    const names = (keys: readonly string[]) =>
      keys.map((key) => ownName({ name: nameOf(key) })).join(', ')
    const why = `its columns stand in the order ${names(reached)}, and not ${names(columns)}: PostgreSQL adds a column at the end`
    return [{ key: `table ${table}`, why }]
  })
}

/** By the table's name, the keys of its columns in their order. */
function columnsByTable(schema: Schema): ReadonlyMap<string, readonly string[]> {
  const columns = [...schema.objects].filter(([key]) => kindOf(key) === 'column')
  const inOrder = columns.toSorted(([, a], [, b]) => Number(a.position) - Number(b.position))
  return Map.groupBy(
    inOrder.map(([key]) => key),
    (key) => withoutLastPart(nameOf(key)),
  )
}
