import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/**
 * diesel's folders and `__diesel_schema_migrations`: a row for each migration that is applied.
 * @see https://github.com/diesel-rs/diesel/tree/main/diesel_migrations
 */
export const diesel: SourceFormat = {
  versionTable: '__diesel_schema_migrations',
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    const ddl = `create table if not exists ${table} (
      version varchar(50) primary key not null,
      run_on timestamp not null default current_timestamp
    )`
    const id = 'version::pg_catalog.text'
    // A table of this name without the time is another tool's.
    const rowsSql = `select ${id} as id from ${table} where run_on is not null`
    return idTableHistory({
      ...{ ...place, table, schema, name, column: 'version', id, ddl: [ddl] },
      rowsSql,
    })
  },
  // Hasura's folders are numbered in milliseconds, and their history is in no table.
  recognises: ({ folder, has }) =>
    folder !== undefined &&
    has(`${folder}/up.sql`) &&
    !(/^\d{13}_/.test(folder) && ['../config.yaml', '../../config.yaml'].some(has)),
  rules: { rows: 'each' },
  files: {
    depth: 1,
    isOne: (path) => /^[^./][^/]*\/(?:(?:up|down)\.sql|metadata\.toml)$/s.test(path),
  },
  reading: async () => (await import('./reading.ts')).DIESEL_FILES,
}
