import { qualifiedName } from '../../postgres/sql/identifier.ts'
import { OWN_FILES } from '../../revisions/file/folder-files.ts'
import { HEADS } from '../../revisions/graph/history-rules.ts'
import { idTableHistory } from '../../store/id-table-history.ts'
import type { HistoryPlace, SourceFormat } from '../format.ts'

/** pgate's own files, and the version table exactly as Alembic makes it: the heads of what is applied. */
export const pgate: SourceFormat = {
  versionTable: 'alembic_version',
  history: ({ schema, versionTable: name, ...place }: HistoryPlace) => {
    const table = qualifiedName(schema, name)
    const ddl = `create table if not exists ${table} (
    version_num varchar(32) not null,
    constraint ${qualifiedName(`${name}_pkc`)} primary key (version_num)
  )`
    const id = 'version_num::pg_catalog.text'
    return idTableHistory({ ...place, table, schema, name, column: 'version_num', id, ddl: [ddl] })
  },
  recognises: () => false,
  rules: HEADS,
  files: OWN_FILES,
  reading: async () => (await import('../../revisions/file/load.ts')).OWN_READING,
}
