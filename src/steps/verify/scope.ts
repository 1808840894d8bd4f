import type { Config } from '../../config/config.ts'

/** What of a database the catalog query reads. */
export interface CatalogScope {
  /** `all`: every schema that is neither the system's nor made by an extension. */
  readonly schemas: readonly string[] | 'all'
  /** pgate's own tables, left out together with all that hangs on them; the version table first. */
  readonly ownTables: readonly TableName[]
}

interface TableName {
  readonly schema: string
  readonly name: string
}

/** Named here as well as in the migrate step: no step looks into another. */
const OTHER_TABLES = ['pgate_journal', 'pgate_lease']

/** The scope for a configuration. */
export function catalogScope(
  config: Pick<Config, 'schema' | 'journalSchema' | 'versionTable'>,
  schemas: readonly string[] | 'all',
): CatalogScope {
  const { schema, versionTable, journalSchema = schema } = config
  const own = [
    { schema, name: versionTable },
    ...OTHER_TABLES.map((name) => ({ schema: journalSchema, name })),
  ]
  return Object.freeze({ schemas, ownTables: own })
}
