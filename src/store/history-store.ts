import { GateError } from '../errors/error.ts'
import type { PipelineStatement, Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import {
  DIVISION_BY_ZERO,
  NEGATIVE_ROOT,
  sqlstateOf,
  UNIQUE_VIOLATION,
} from '../postgres/sql/sqlstate.ts'
import { inspect } from './inspection.ts'
import { onTables, ownTableError, writeOwn } from './own-tables.ts'

/** The revisions of a database before and after one was run, or after a stamp. */
export interface VersionChange {
  readonly from: ReadonlySet<string>
  readonly to: ReadonlySet<string>
}

/**
 * Which revisions a database has, in the table of the tool that owns the folder and in that tool's
 * own form, so that both can be used in turns. Owner, kind and triggers of the table are looked at
 * before it is touched; what another role may have planted is refused with HISTORY_TABLE.
 */
export interface HistoryStore {
  /** Quoted and qualified, ready for SQL. */
  readonly table: string
  /** A query of one row for each revision that the table holds, its id as text `id`. */
  readonly idsSql: string
  /** The statement that makes the table, exactly as its tool makes it. */
  readonly ddl: string
  /** @throws {GateError} HISTORY_TABLE */
  exists(session: Session): Promise<boolean>
  /**
   * The ids that the table holds; none where there is no table.
   * @throws {GateError} HISTORY_TABLE
   */
  read(session: Session): Promise<ReadonlySet<string>>
  /**
   * Where there is no table: refuses what shows that the history is kept in another place, as to
   * begin at base would run every revision once more. Reads the catalog alone.
   * @throws {GateError} HISTORY_TABLE
   */
  refuseElsewhere(session: Session): Promise<void>
  /**
   * Turns the rows of `from` into those of `to`, inside the caller's transaction. Each row that is to
   * go must be there, so that another tool that changed them meanwhile is noticed.
   * @throws {GateError} HISTORY_CHANGED, HISTORY_TABLE
   */
  change(session: Session, change: VersionChange): Promise<void>
  /**
   * The same as one message of a pipeline, where nobody can look between two statements: it fails
   * where {@link change} would throw. Behind a lock and a look at the triggers.
   */
  changeStatement(change: VersionChange): PipelineStatement
  /** What an error of that message means, HISTORY_CHANGED and HISTORY_TABLE among it; else the error. */
  changeError(change: VersionChange, error: unknown): unknown
  /** The same as statements without parameters, for a script that is run without pgate. */
  changeScript(change: VersionChange): ChangeScript
}

export interface ChangeScript {
  /** The ids whose rows are to go; empty: there is nothing to remove. */
  readonly removed: readonly string[]
  /** Deletes them; the caller checks that as many rows went. */
  readonly remove: string
  readonly adds: readonly string[]
}

/** A table of one row for each id, in a text column. */
export interface IdTable {
  /** Quoted and qualified. */
  readonly table: string
  /** As they are. */
  readonly schema: string
  readonly name: string
  readonly column: string
  /** An expression for the column's value as text. */
  readonly id: string
  readonly ddl: string
  /** PGATE_ROLE, which may own the table. */
  readonly role?: string | undefined
  /** False where nobody has said that it is this schema's table and no other's. */
  readonly isSchemaSet?: boolean | undefined
}

/** The history in such a table: Alembic's and that of several others. */
export function idTableHistory(idTable: IdTable): HistoryStore {
  const { table, ddl, role } = idTable
  const idsSql = `select coalesce(${idTable.id}, 'NULL') as id from ${table}`
  const exists = async (session: Session) => {
    return (await inspect(session, { tables: [table], role })).size > 0
  }
  const refuse = (session: Session) => refuseElsewhere(session, idTable)
  return Object.freeze<HistoryStore>({
    table,
    idsSql,
    ddl,
    exists,
    read: async (session) => {
      if (!(await exists(session))) {
        await refuse(session)
        return new Set()
      }
      const { rows } = await onTables([table], () => session.query<{ id: string }>(idsSql))
      return new Set(rows.map(({ id }) => id))
    },
    refuseElsewhere: refuse,
    change: async (session, change) => {
      const { text, values = [] } = changeStatement(idTable, rowsOf(change))
      await writeOwn(session, table, { text, values }).catch((error: unknown) => {
        throw changeError(idTable, rowsOf(change), error)
      })
    },
    changeStatement: (change) => changeStatement(idTable, rowsOf(change)),
    changeError: (change, error) => changeError(idTable, rowsOf(change), error),
    changeScript: (change) => changeScript(idTable, rowsOf(change)),
  })
}

interface Rows {
  readonly removed: readonly string[]
  readonly added: readonly string[]
}

function rowsOf({ from, to }: VersionChange): Rows {
  return {
    removed: [...from].filter((id) => !to.has(id)).sort(),
    added: [...to].filter((id) => !from.has(id)).sort(),
  }
}

function deleteSql({ table, column }: IdTable, ids: string): string {
  return `delete from ${table} where ${column}::pg_catalog.text operator(pg_catalog.=) any (${ids}::pg_catalog.text[])`
}

function insertSql({ table, column }: IdTable, ids: string): string {
  return `insert into ${table} (${column}) select pg_catalog.unnest(${ids}::pg_catalog.text[])`
}

function changeStatement(idTable: IdTable, { removed, added }: Rows): PipelineStatement {
  const text = `with gone as (${deleteSql(idTable, '$1')} returning 1), come as (${insertSql(idTable, '$2')} returning 1)
    select 1 operator(pg_catalog./) (gone.rows operator(pg_catalog.=) $3::integer)::integer,
           pg_catalog.sqrt(((come.rows operator(pg_catalog.=) $4::integer)::integer operator(pg_catalog.-) 1)::double precision)
      from (select pg_catalog.count(*) from gone) gone (rows), (select pg_catalog.count(*) from come) come (rows)`
  const values = [removed, added, removed.length, added.length]
  return { text, values, name: 'pgate_versions' }
}

function changeError({ table }: IdTable, { removed, added }: Rows, error: unknown): unknown {
  const sqlstate = sqlstateOf(error)
  if (sqlstate === DIVISION_BY_ZERO)
    return changedByRival(table, `no longer holds ${removed.join(', ')}`)
  // A rival that has done the same has put the row there, and what was before it away.
  if (sqlstate === UNIQUE_VIOLATION)
    return changedByRival(table, `holds ${added.join(', ')} already`)
  return sqlstate === NEGATIVE_ROOT ? rowsRefused(table, added) : ownTableError([table], error)
}

function changeScript(idTable: IdTable, { removed, added }: Rows): ChangeScript {
  const insert = (id: string) =>
    `insert into ${idTable.table} (${idTable.column}) values (${quoteLiteral(id)});`
  const ids = `array[${removed.map(quoteLiteral).join(', ')}]`
  return { removed, remove: `${deleteSql(idTable, ids)};`, adds: added.map(insert) }
}

async function refuseElsewhere(session: Session, idTable: IdTable): Promise<void> {
  if (idTable.isSchemaSet !== false) return
  const { rows } = await session.query<{ schema: string }>(
    `select n.nspname::pg_catalog.text as schema
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where c.relname operator(pg_catalog.=) $1::pg_catalog.name and c.relkind operator(pg_catalog.=) 'r'
        and n.nspname operator(pg_catalog.<>) all (array['information_schema', $2]::pg_catalog.name[])
        and not pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
        and exists (select from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) c.oid
                     and a.attname operator(pg_catalog.=) $3::pg_catalog.name)
      order by n.nspname limit 5`,
    [idTable.name, idTable.schema, idTable.column],
  )
  const schemas = rows.map(({ schema }) => schema)
  if (schemas.length === 0) return
  const { table, name, schema } = idTable
  throw new GateError(
    'HISTORY_TABLE',
    `there is no ${table}, and schema ${schemas.join(', ')} has a table ${name}: PGATE_SCHEMA is not set, so nobody has said which is meant`,
    {
      facts: { versions: table, schemas },
      hint: `Set PGATE_SCHEMA=${schemas[0]} where that is the history of this database, or PGATE_SCHEMA=${schema} to begin one in ${schema}. Nothing was run.`,
    },
  )
}

function rowsRefused(table: string, added: readonly string[]): GateError {
  return new GateError(
    'HISTORY_TABLE',
    `${table} did not take the row ${added.join(', ')}, and PostgreSQL reported no error`,
    {
      facts: { table, added },
      hint: `See with \\d ${table} what drops rows there, and take it away.`,
    },
  )
}

function changedByRival(table: string, found: string): GateError {
  return new GateError(
    'HISTORY_CHANGED',
    `${table} ${found}: somebody else changed it during this run`,
    {
      facts: { table },
      hint: 'Find the other tool that migrates this database, stop it, then run pgate again.',
    },
  )
}
