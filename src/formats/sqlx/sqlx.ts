import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { byNumber, failedRowSql } from '../../revisions/graph/history-rules.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/** sqlx takes what has a `_` and ends in `.sql`; what does not begin with a number then is an error. */
function isMigration(name: string): boolean {
  return /^[^_]*_.*\.sql$/s.test(name)
}

/**
 * sqlx's folder and `_sqlx_migrations`: a row for each migration that is applied, with a checksum. The
 * application usually checks it at its own start.
 * @see https://github.com/launchbadge/sqlx/blob/main/sqlx-postgres/src/migrate.rs
 */
export const sqlx: SourceFormat = {
  versionTable: '_sqlx_migrations',
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    const ddl = `create table if not exists ${table} (
    version bigint primary key,
    description pg_catalog.text not null,
    installed_on pg_catalog.timestamptz not null default pg_catalog.now(),
    success boolean not null,
    checksum pg_catalog.bytea not null,
    execution_time bigint not null
  )`
    const version = 'version::pg_catalog.text'
    const id = `case when success then ${version} else ${failedRowSql(version)} end`
    const rowsSql = `select ${id} as id, pg_catalog.encode(checksum, 'hex') as checksum from ${table}`
    const own = { table, schema, name, column: 'execution_time', id, ddl: [ddl], rowsSql, lockKeys }
    return idTableHistory({ ...place, ...own, insertSql: (rows) => insertSql(table, rows) })
  },
  recognises: ({ sql }) =>
    sql !== undefined && /^\d+_.*\.sql$/s.test(sql.name) && !isMarked(sql.text) && 'perhaps',
  rules: {
    rows: 'each',
    gone: 'refuse',
    compare: byNumber,
    failedRemedy:
      'An old sqlx stopped in that migration. Undo by hand what it left, then take its row away: `DELETE FROM _sqlx_migrations WHERE NOT success`.',
  },
  files: { depth: 0, isOne: isMigration },
  reading: async () => (await import('./reading.ts')).SQLX_FILES,
}

/** Whether a file has the marks of a tool that keeps both directions in one, or of pgate. */
function isMarked(text: string): boolean {
  return /^--\s*(?:(?:pgate|revision|migrate)\s*:|\+(?:goose|migrate)\s|Running upgrade\s)|^----\s*(?:create above|tern)|^--!/m.test(
    text,
  )
}

/** −1 is sqlx's own word for a time that is not known (yet). */
function insertSql(table: string, rows: string): string {
  const fact = (name: string) => `fact operator(pg_catalog.->>) '${name}'`
  return `insert into ${table} (version, description, success, checksum, execution_time)
    select (${fact('version')})::pg_catalog.int8, ${fact('description')}, true,
           pg_catalog.decode(${fact('checksum')}, 'hex'), -1
      from pg_catalog.jsonb_array_elements(${rows}) fact`
}

const SALT = 0x3d32ad9en

async function lockKeys(database: string): Promise<readonly bigint[]> {
  const { crc32 } = await import('node:zlib')
  return [SALT * BigInt(crc32(database))]
}
