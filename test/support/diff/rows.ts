import type { Schema } from '../../../src/diff/schema.ts'
import type { Session } from '../../../src/postgres/session/session.ts'

/** Of each table, by its key: the columns whose rows are to outlive the way. */
export type KeptColumns = ReadonlyMap<string, readonly string[]>

/**
 * The columns that both schemas have with one type and by one rule, in tables that are stored in one way: what
 * becomes partitioned, or hangs on another parent, is made again.
 */
export function keptColumns(from: Schema, to: Schema): KeptColumns {
  const kept = new Map<string, string[]>()
  for (const [key, definition] of from.objects) {
    const later = to.objects.get(key)
    if (!key.startsWith('column ') || later === undefined) continue
    const table = tableOf(key)
    const [one, other] = [from.objects.get(`table ${table}`), to.objects.get(`table ${table}`)]
    if (one === undefined || other === undefined || one.partitionKey !== other.partitionKey)
      continue
    if (later.type !== definition.type || later.generated !== definition.generated) continue
    kept.set(table, [...(kept.get(table) ?? []), columnOf(key)])
  }
  return kept
}

function tableOf(key: string): string {
  return key.slice('column '.length).replace(/\.(?:"(?:[^"]|"")*"|[^".]+)$/, '')
}

function columnOf(key: string): string {
  return key.slice('column '.length + tableOf(key).length + 1)
}

/** The rows of these columns, of each table alone, in an order that does not depend on where they lie. */
export async function rowsOf(
  session: Session,
  kept: KeptColumns,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const rows = new Map<string, readonly string[]>()
  for (const [table, columns] of kept) {
    const list = columns.map((column) => `x.${column}::text`).join(', ')
    const found = await session.query<{ line: string }>(
      `select row(${list})::text as line from only ${table} x order by 1`,
    )
    rows.set(
      table,
      found.rows.map(({ line }) => line),
    )
  }
  return rows
}
