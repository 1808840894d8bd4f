import type { Session } from '../postgres/session/session.ts'
import { type RowTable, readInsert } from './row-digests.ts'
import { notSquashed } from './squash-range.ts'

export type RowTables = ReadonlyMap<string, RowTable>

/** A default that is the moment itself: what it drew is no part of the history. */
const MOMENT =
  /^\(*(?:now|clock_timestamp|statement_timestamp|transaction_timestamp)\(\)|^\(*(?:CURRENT_TIMESTAMP|CURRENT_DATE|LOCALTIMESTAMP)\b/i

/**
 * By table, the columns that two builds of one history filled with different values.
 * @param carried tables whose rows are made by statements that are carried over
 * @throws {GateError} REVISION_NOT_SQUASHED for all but moments: to write one of the values out would give every
 *   new database the same secret, or the same id
 */
export function unsteadyColumns(
  one: RowTables,
  other: RowTables,
  carried: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string>> {
  const drawn: string[] = []
  const unsteady = new Map<string, ReadonlySet<string>>()
  for (const [table, { columns, count }] of one) {
    const second = other.get(table)
    const isOther = second?.count !== count
    const differing = columns.filter(
      ({ name, digest }) =>
        isOther || second.columns.find((column) => column.name === name)?.digest !== digest,
    )
    unsteady.set(table, new Set(differing.map(({ name }) => name)))
    if (carried.has(table)) continue
    const values = differing.filter((column) => isOther || !MOMENT.test(column.default ?? ''))
    drawn.push(...values.map(({ name }) => `${table}.${name}`))
  }
  if (drawn.length === 0) return unsteady
  throw notSquashed(
    `each build of the history draws other values: ${drawn.join(', ')}`,
    'Carry the statements that draw them over: --data-from with the revision that they are in.',
    { columns: drawn },
  )
}

/** What the rows of a history are written with. */
export interface RowsToWrite {
  readonly unsteady: ReadonlyMap<string, ReadonlySet<string>>
  /** INSERTs of tables as they were before statements that are carried over; undefined: they were empty. */
  readonly kept: ReadonlyMap<string, string | undefined>
  /** Tables in the order in which they are made: what others refer to comes first. */
  readonly order: readonly string[]
}

/** INSERTs of all rows, table by table. */
export async function writtenRows(
  session: Session,
  rows: RowTables,
  { unsteady, kept, order }: RowsToWrite,
): Promise<readonly string[]> {
  const inserts: string[] = []
  const places = new Map(order.map((table, index) => [table, index]))
  const placeOf = (table: string) => places.get(table) ?? places.size
  const tables = [...rows].toSorted(([one], [other]) => placeOf(one) - placeOf(other))
  for (const [name, table] of tables) {
    const insert = kept.has(name)
      ? kept.get(name)
      : await readInsert(session, table, unsteady.get(name) ?? new Set())
    if (insert !== undefined) inserts.push(insert)
  }
  return inserts
}

/** Tables that hold other rows than they should, but for unsteady columns; a line each. Pure. */
export function rowsOtherwise(
  wanted: RowTables,
  made: RowTables,
  unsteady: ReadonlyMap<string, ReadonlySet<string>>,
): readonly string[] {
  return [...wanted].flatMap(([name, { columns, count }]) => {
    const found = made.get(name)
    if (found === undefined) return []
    if (found.count !== count) return [`${name} has ${found.count} rows, not ${count}`]
    return columns
      .filter(({ name: column, digest }) => {
        const same = found.columns.find((one) => one.name === column)?.digest === digest
        return !same && unsteady.get(name)?.has(column) !== true
      })
      .map((column) => `${name}.${column.name} holds other values`)
  })
}
