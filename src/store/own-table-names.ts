import type { Config } from '../config/config.ts'
import type { OwnTables } from '../revisions/sql/own-tables.ts'
import { LEASE } from './lease-table.ts'
import { JOURNAL, type TablePlace, tableNames } from './tables.ts'

/** The tables that revisions must leave alone, and the role that owns them where one is set. */
export function ownTables(config: TablePlace & Pick<Config, 'role'>): OwnTables {
  const { schema, journalSchema } = tableNames(config)
  return {
    tables: [
      { schema, name: config.versionTable },
      { schema: journalSchema, name: JOURNAL },
      { schema: journalSchema, name: LEASE },
    ],
    role: config.role,
  }
}
