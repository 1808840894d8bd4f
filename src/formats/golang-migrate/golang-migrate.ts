import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { byNumber, failedRowSql } from '../../revisions/graph/history-rules.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/** Whether golang-migrate takes a file of this name for a migration. */
function isMigration(name: string): boolean {
  return /^\d+_.*\.(?:up|down)\.sql$/s.test(name)
}

/**
 * golang-migrate's folder and `schema_migrations`: one row, the number up to which all is applied.
 * @see https://github.com/golang-migrate/migrate/blob/master/database/postgres/postgres.go
 */
export const golangMigrate: SourceFormat = {
  versionTable: 'schema_migrations',
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    const ddl = `create table if not exists ${table} (version bigint not null primary key, dirty boolean not null)`
    const version = 'version::pg_catalog.text'
    // Fails where there is no `dirty`: the table of that name is then dbmate's, or Rails'.
    const id = `case when dirty then ${failedRowSql(version)} else ${version} end`
    const insertSql = (rows: string) =>
      `insert into ${table} (version, dirty)
         select (fact operator(pg_catalog.->>) 'id')::pg_catalog.int8, false
           from pg_catalog.jsonb_array_elements(${rows}) fact`
    const lockKeys = (database: string) => lockKeysOf([schema, name], database)
    const own = { table, schema, name, column: 'dirty', id, ddl: [ddl], insertSql, lockKeys }
    return idTableHistory({ ...place, ...own })
  },
  recognises: ({ sql }) => sql !== undefined && isMigration(sql.name) && 'perhaps',
  rules: {
    rows: 'heads',
    isChain: true,
    late: 'never',
    compare: byNumber,
    failedRemedy,
  },
  files: { depth: 0, isOne: isMigration },
  reading: async () => (await import('./reading.ts')).GOLANG_MIGRATE_FILES,
}

/** −1 stands for nothing applied. */
function failedRemedy(id: string): string {
  const target = id === '-1' ? 'base' : id
  return `golang-migrate failed on its way to version ${id}, or is at it now. See what that has left. Completed by hand: pgate stamp ${target} --purge (as \`migrate force ${id}\` does). Undone by hand: the same with the version before.`
}

/** Of a CRC-32, as golang-migrate's `GenerateAdvisoryLockId` has it. */
const SALT = 1_486_364_155n

/** Its URL names the database with the slash; opened by a program of its own it has the name alone. */
async function lockKeysOf(
  place: readonly [schema: string, table: string],
  database: string,
): Promise<readonly bigint[]> {
  const { crc32 } = await import('node:zlib')
  return [database, `/${database}`].map((name) => {
    return (BigInt(crc32([...place, name].join('\0'))) * SALT) % 2n ** 32n
  })
}
