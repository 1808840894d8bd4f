import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { failedRowSql } from '../../revisions/graph/history-rules.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/** What every folder of Prisma Migrate has; it names the database. */
export const LOCK_FILE = 'migration_lock.toml'

/**
 * Prisma Migrate's folder and `_prisma_migrations`: any number of rows for a migration, of which
 * those that were rolled back do not count.
 * @see https://github.com/prisma/prisma-engines/tree/main/schema-engine/connectors/sql-schema-connector
 */
export const prisma: SourceFormat = {
  versionTable: '_prisma_migrations',
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    const ddl = `create table if not exists ${table} (
    id varchar(36) primary key not null,
    checksum varchar(64) not null,
    finished_at timestamptz,
    migration_name varchar(255) not null,
    logs text,
    rolled_back_at timestamptz,
    started_at timestamptz not null default now(),
    applied_steps_count integer not null default 0
  )`
    const named = 'migration_name::pg_catalog.text'
    const id = `case when finished_at is null then ${failedRowSql(named)} else ${named} end`
    const where = 'rolled_back_at is null'
    // The newest of a name: one that was run again after `migrate resolve` has another checksum.
    const rowsSql = `select distinct on (1) ${id} as id, checksum::pg_catalog.text, logs as failure
      from ${table} where ${where} order by 1, started_at desc`
    const own = { table, schema, name, column: 'migration_name', id, where, rowsSql, ddl: [ddl] }
    const insert = (rows: string) => insertSql(table, rows)
    return idTableHistory({ ...place, ...own, insertSql: insert, lockKeys, begins: 'empty' })
  },
  recognises: ({ has }) => has(LOCK_FILE),
  rules: {
    rows: 'each',
    gone: 'all',
    edited: 'warn',
    compare: inOrder,
    failedRemedy: (id) =>
      `Undo what it left, then say so: \`npx prisma migrate resolve --rolled-back ${quoted(id)}\`, and it runs again. Or complete it, and say \`--applied ${quoted(id)}\`.`,
  },
  files: { depth: 1, isOne: (path) => path.endsWith('/migration.sql') || path === LOCK_FILE },
  reading: async () => (await import('./reading.ts')).PRISMA_FILES,
}

/** As Prisma's command line sorts folders: lower before upper case, `_` before `-`. */
export function inOrder(one: string, other: string): number {
  return one.localeCompare(other, 'en')
}

/** As a shell takes it for one word. */
function quoted(id: string): string {
  return /^[\w.-]+$/.test(id) ? id : `'${id.replaceAll("'", "'\\''")}'`
}

/** What a stamp sets is what `prisma migrate resolve --applied` writes: finished, and no step run. */
function insertSql(table: string, rows: string): string {
  const fact = (name: string) => `fact operator(pg_catalog.->>) '${name}'`
  return `insert into ${table} (id, checksum, migration_name, logs, started_at, finished_at, applied_steps_count)
    select pg_catalog.gen_random_uuid()::pg_catalog.text, ${fact('checksum')}, ${fact('migration_name')},
           case when (${fact('isStamp')})::boolean then '' end,
           pg_catalog.clock_timestamp(), pg_catalog.clock_timestamp(),
           case when (${fact('isStamp')})::boolean then 0 else 1 end
      from pg_catalog.jsonb_array_elements(${rows}) fact`
}

async function lockKeys(): Promise<readonly bigint[]> {
  return [72_707_369n]
}
