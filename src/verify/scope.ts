import type { Config } from '../config.ts'

/** What of a database the catalog query reads. */
export interface CatalogScope {
  /** `all`: every schema that is neither the system's nor made by an extension. */
  readonly schemas: readonly string[] | 'all'
  /** pgate's own tables, left out together with all that hangs on them. */
  readonly ownTables: readonly TableName[]
}

export interface TableName {
  readonly schema: string
  readonly name: string
}

/** Named here as well as in the migrate step: no step looks into another. */
const OTHER_TABLES = ['pgate_journal', 'pgate_lease']

/** The scope for a configuration; pgate's tables are beside the version table. */
export function catalogScope(
  config: Pick<Config, 'schema' | 'versionTable'>,
  schemas: readonly string[] | 'all',
): CatalogScope {
  const own = [config.versionTable, ...OTHER_TABLES].map((name) => ({
    schema: config.schema,
    name,
  }))
  return Object.freeze({ schemas, ownTables: own })
}
