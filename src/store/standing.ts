import type { Session } from '../postgres/session/session.ts'
import { type Inspected, inspected } from './inspection.ts'
import { inspectionSql, writersSql } from './inspection-sql.ts'
import { type ExistingTables, isOutdated, type TableNames } from './tables.ts'

/** A row of {@link standingSql}. */
export interface Standing extends Inspected {
  readonly writers: readonly string[]
  readonly outdated: boolean
}

/** One row for each of pgate's two tables that there is, and what is to be known of the journal. */
export function standingSql(names: TableNames): string {
  const { versions, journal, role } = names
  return `select own.*, ${writersSql(journal, role)} as writers, ${isOutdated(names)} as outdated
    from (${inspectionSql({ tables: [versions, journal], role })}) own`
}

/**
 * Which of the tables there are, by those rows. Pure.
 * @throws {GateError} HISTORY_TABLE where one of them must not be touched
 */
export function existingTables(names: TableNames, rows: readonly Standing[]): ExistingTables {
  const there = inspected(rows)
  return Object.freeze({
    versions: there.has(names.versions),
    journal: there.has(names.journal),
    isOutdated: rows[0]?.outdated === true,
    writers: rows[0]?.writers ?? [],
    secured: rows.filter(({ secured }) => secured).map(({ table }) => table),
  })
}

/**
 * Which of pgate's two tables there are.
 * @throws {GateError} HISTORY_TABLE where one of them must not be touched
 */
export async function whatExists(session: Session, names: TableNames): Promise<ExistingTables> {
  const { rows } = await session.query<Standing>(standingSql(names))
  return existingTables(names, rows)
}
