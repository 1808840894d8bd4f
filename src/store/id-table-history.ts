import { GateError } from '../errors/error.ts'
import type { PipelineStatement, Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import {
  DIVISION_BY_ZERO,
  NEGATIVE_ROOT,
  sqlstateOf,
  UNDEFINED_COLUMN,
  UNIQUE_VIOLATION,
} from '../postgres/sql/sqlstate.ts'
import { type HistoryTable, refuseBeginning, refuseElsewhere } from './history-place.ts'
import type { ChangeScript, HistoryStore, LockKeys, VersionChange } from './history-store.ts'
import { inspect } from './inspection.ts'
import { onTables, ownTableError, writeOwn } from './own-tables.ts'

/** A table of one row for each id. */
export interface IdTable extends HistoryTable {
  /** An expression for the id that a row stands for, as text. */
  readonly id: string
  /** Which rows count; absent: all. */
  readonly where?: string
  /** The query of {@link HistoryStore.rowsSql} where a row is more than an id. */
  readonly rowsSql?: string
  /**
   * The INSERT of rows that are more than an id, given an expression for a JSON array of
   * `Revision.row`s, each with `isStamp`; it returns a row for each. Absent: the id goes into
   * the column.
   */
  readonly insertSql?: (rows: string) => string
  readonly ddl: readonly string[]
  readonly lockSql?: string
  readonly lockKeys?: LockKeys
  /** What to do where a column is missing, because an older version of the tool made the table. */
  readonly oldForm?: string
  /** True where two rows of one id may stand in the table, so that nothing else keeps a rival's out. */
  readonly hasNoKey?: boolean
  /** PGATE_ROLE, which may own the table. */
  readonly role?: string | undefined
}

/** The history in such a table: Alembic's and that of several others. */
export function idTableHistory(idTable: IdTable): HistoryStore {
  const { table, schema, ddl, role, lockSql, lockKeys } = idTable
  const rowsSql = idTable.rowsSql ?? `select coalesce(${idTable.id}, 'NULL') as id from ${table}`
  const idsSql = idTable.rowsSql === undefined ? rowsSql : `select id from (${rowsSql}) as history`
  const exists = async (session: Session) => {
    return (await inspect(session, { tables: [table], role })).size > 0
  }
  const refuse = (session: Session) => refuseElsewhere(session, idTable)
  const read: HistoryStore['read'] = async (session) => {
    if (!(await exists(session))) {
      await refuse(session)
      return new Set()
    }
    const { rows } = await onTables([table], () => session.query<{ id: string }>(idsSql))
    return new Set(rows.map(({ id }) => id))
  }
  return Object.freeze<HistoryStore>({
    ...{ table, schema, idsSql, rowsSql, ddl },
    ...(lockSql !== undefined && { lockSql }),
    ...(lockKeys !== undefined && { lockKeys }),
    exists,
    read,
    refuseElsewhere: refuse,
    refuseBeginning: (session) => refuseBeginning(session, idTable),
    change: async (session, change) => {
      if (lockSql !== undefined) await session.query(lockSql)
      const { text, values = [] } = changeStatement(idTable, rowsOf(change))
      await writeOwn(session, table, { text, values }).catch((error: unknown) => {
        throw changeError(idTable, rowsOf(change), error)
      })
    },
    changeStatement: (change) => changeStatement(idTable, rowsOf(change)),
    changeError: (change, error) => changeError(idTable, rowsOf(change), error),
    refuseAdded: async (session, change) => {
      const there = await read(session)
      const added = rowsOf(change).added.filter((id) => there.has(id))
      if (added.length > 0) throw changedByRival(table, `holds ${added.join(', ')} already`)
    },
    changeScript: (change) => changeScript(idTable, rowsOf(change)),
  })
}

interface Rows {
  readonly removed: readonly string[]
  readonly added: readonly string[]
  /** What the rows of the added say, where that is more than the id. */
  readonly facts: readonly unknown[]
}

/** Rows come in the order of the files, which is that of `to`: a table may number them. */
function rowsOf({ from, to, revisions, isStamp = false }: VersionChange): Rows {
  const added = [...to].filter((id) => !from.has(id))
  return {
    removed: [...from].filter((id) => !to.has(id)).sort(),
    added,
    facts: added.map((id) => ({ ...(revisions.get(id)?.row ?? { id }), isStamp })),
  }
}

function deleteSql(idTable: IdTable, ids: string): string {
  return `delete from ${idTable.table} where ${idsCondition(idTable, ids)}`
}

function idsCondition({ id, where }: IdTable, ids: string): string {
  const only = where === undefined ? '' : ` and (${where})`
  return `${id} operator(pg_catalog.=) any (${ids}::pg_catalog.text[])${only}`
}

function insertSql({ table, column, insertSql: own }: IdTable, rows: string): string {
  if (own !== undefined) return own(`${rows}::pg_catalog.jsonb`)
  return `insert into ${table} (${column}) select pg_catalog.unnest(${rows}::pg_catalog.text[])`
}

function changeStatement(idTable: IdTable, { removed, added, facts }: Rows): PipelineStatement {
  const { table, id, hasNoKey = false } = idTable
  const held = hasNoKey
    ? `select ${id} as id from ${table} where ${idsCondition(idTable, '$5')}`
    : 'select 0 as id limit 0'
  const text = `with gone as (${deleteSql(idTable, '$1')} returning ${id} as id), held as (${held}), come as (${insertSql(idTable, '$2')} returning 1)
    select 1 operator(pg_catalog./) (gone.rows operator(pg_catalog.=) $3::integer and held.rows operator(pg_catalog.=) 0)::integer,
           pg_catalog.sqrt(((come.rows operator(pg_catalog.=) $4::integer)::integer operator(pg_catalog.-) 1)::double precision)
      from (select pg_catalog.count(distinct id) from gone) gone (rows), (select pg_catalog.count(*) from come) come (rows),
           (select pg_catalog.count(*) from held) held (rows)`
  const rows = idTable.insertSql === undefined ? added : JSON.stringify(facts)
  const values = [removed, rows, removed.length, added.length, ...(hasNoKey ? [added] : [])]
  return { text, values, name: 'pgate_versions' }
}

function changeError(
  { table, lockSql, oldForm }: IdTable,
  { removed, added }: Rows,
  error: unknown,
): unknown {
  const sqlstate = sqlstateOf(error)
  const said = sqlstate ?? sqlstateOf(error instanceof GateError ? error.cause : undefined)
  if (said === UNDEFINED_COLUMN && oldForm !== undefined) return ofOldForm(table, oldForm)
  if (sqlstate === DIVISION_BY_ZERO && removed.length > 0)
    return changedByRival(table, `no longer holds ${removed.join(', ')}`)
  // A rival that has done the same has put the row there, and what was before it away.
  if (sqlstate === UNIQUE_VIOLATION || sqlstate === DIVISION_BY_ZERO)
    return changedByRival(table, `holds ${added.join(', ')} already`)
  if (sqlstate !== NEGATIVE_ROOT) return ownTableError([table], error)
  // Without a key the INSERT itself leaves out what is there.
  return lockSql === undefined
    ? rowsRefused(table, added)
    : changedByRival(table, `holds ${added.join(', ')} already`)
}

function changeScript(idTable: IdTable, { removed, added, facts }: Rows): ChangeScript {
  const insert = (id: string, index: number) =>
    idTable.insertSql === undefined
      ? `insert into ${idTable.table} (${idTable.column}) values (${quoteLiteral(id)});`
      : `${insertSql(idTable, quoteLiteral(JSON.stringify([facts[index]])))};`
  const ids = `array[${removed.map(quoteLiteral).join(', ')}]`
  return { removed, remove: `${deleteSql(idTable, ids)};`, adds: added.map(insert) }
}

function ofOldForm(table: string, hint: string): GateError {
  const message = `${table} is as an older version of its tool made it, and cannot take these rows`
  return new GateError('HISTORY_TABLE', message, { facts: { table }, hint })
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
