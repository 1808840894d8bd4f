import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/** Whether dbmate takes a file of this name for a migration. */
function isMigration(name: string): boolean {
  return /^\d+.*\.sql$/s.test(name)
}

/**
 * dbmate's folder and `schema_migrations`: a row for each migration that is applied.
 * @see https://github.com/amacneil/dbmate
 */
export const dbmate: SourceFormat = {
  versionTable: 'schema_migrations',
  tableVariable: 'DBMATE_MIGRATIONS_TABLE',
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    const ddl = `create table if not exists ${table} (version varchar not null primary key)`
    // Fails where it is a number: the table of that name is then golang-migrate's.
    const id = `coalesce(version, 'NULL'::pg_catalog.varchar)::pg_catalog.text`
    return idTableHistory({ ...place, table, schema, name, column: 'version', id, ddl: [ddl] })
  },
  // A file on its way to pgate's own form may still have dbmate's markers: it is pgate's.
  recognises: ({ sql }) =>
    sql !== undefined &&
    isMigration(sql.name) &&
    /^--\s*migrate:(?:up|down)(?!\S)/m.test(sql.text) &&
    !/^--\s*(?:pgate|revision)\s*:/m.test(sql.text),
  rules: { rows: 'each' },
  files: { depth: 0, isOne: isMigration },
  reading: async () => (await import('./reading.ts')).DBMATE_FILES,
}
