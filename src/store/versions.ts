import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { onOwnTables } from './own-tables.ts'
import { writeOwn } from './own-write.ts'
import type { TableNames } from './tables.ts'

/** The version rows before and after one revision. */
export interface VersionChange {
  readonly from: ReadonlySet<string>
  readonly to: ReadonlySet<string>
}

function rowsOf({ from, to }: VersionChange) {
  return {
    removed: [...from].filter((id) => !to.has(id)),
    added: [...to].filter((id) => !from.has(id)),
  }
}

/**
 * Turns the version rows `from` into `to`, inside the caller's transaction: exactly the rows that
 * Alembic would leave. Every row that is to go must be there, so that a rival who changed them
 * meanwhile, with whatever tool, is noticed instead of overwritten.
 * @throws {GateError} HISTORY_CHANGED, HISTORY_TABLE
 */
export async function changeVersions(
  session: Session,
  names: TableNames,
  change: VersionChange,
): Promise<void> {
  const { removed, added } = rowsOf(change)
  if (removed.length > 0) {
    const gone = await onOwnTables(names, () =>
      writeOwn(session, names.versions, {
        text: `delete from ${names.versions} where version_num::pg_catalog.text operator(pg_catalog.=) any ($1::pg_catalog.text[])`,
        values: [removed],
      }),
    )
    if (gone.rowCount !== removed.length) throw changedByRival(names, removed)
  }
  if (added.length > 0) {
    const come = await onOwnTables(names, () =>
      writeOwn(session, names.versions, {
        text: `insert into ${names.versions} (version_num) select pg_catalog.unnest($1::pg_catalog.text[])`,
        values: [added],
      }),
    )
    if (come.rowCount !== added.length) throw rowsRefused(names, added)
  }
}

/**
 * The same as one statement, under a name that many of one pipeline share; where a row that is to go
 * is not there, or one that is to come is not taken, it fails by a division by zero, since nobody can
 * look between two statements of a pipeline.
 */
export function versionsStatement(names: TableNames, change: VersionChange) {
  const { removed, added } = rowsOf(change)
  const text = `with
    gone as (
      delete from ${names.versions}
       where version_num::pg_catalog.text operator(pg_catalog.=) any ($1::pg_catalog.text[]) returning 1
    ),
    come as (
      insert into ${names.versions} (version_num) select pg_catalog.unnest($2::pg_catalog.text[]) returning 1
    )
    select 1 operator(pg_catalog./) (gone.rows operator(pg_catalog.=) $3::integer and come.rows operator(pg_catalog.=) $4::integer)::integer
      from (select pg_catalog.count(*) from gone) gone (rows), (select pg_catalog.count(*) from come) come (rows)`
  const values = [removed, added, removed.length, added.length]
  return { text, values, name: 'pgate_versions' }
}

function rowsRefused({ versions }: TableNames, added: readonly string[]): GateError {
  return new GateError(
    'HISTORY_TABLE',
    `${versions} did not take the row ${added.join(', ')}, and PostgreSQL reported no error`,
    {
      facts: { table: versions, added },
      hint: `See with \\d ${versions} what drops rows there, and take it away.`,
    },
  )
}

function changedByRival(names: TableNames, expected: readonly string[]): GateError {
  return new GateError(
    'HISTORY_CHANGED',
    `${names.versions} no longer holds ${expected.join(', ')}: somebody else changed it during this run`,
    { facts: { table: names.versions, expected } },
  )
}
