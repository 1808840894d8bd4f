import { ownTables, type TablePlace } from '../store/tables.ts'

/** What of a database the catalog query reads. */
export interface CatalogScope {
  /** `all`: every schema that is neither the system's nor made by an extension. */
  readonly schemas: readonly string[] | 'all'
  /** pgate's own tables, left out together with all that hangs on them; the version table first. */
  readonly ownTables: readonly TableName[]
  /** PGATE_SCHEMA, which revisions find first on their search path; absent: there were none. */
  readonly pathSchema?: string
  /** Partitions are read as the tables that they are, and not by their shape. */
  readonly everyPartition?: boolean
}

interface TableName {
  readonly schema: string
  readonly name: string
}

/** The scope for a configuration. */
export function catalogScope(
  config: Omit<TablePlace, 'role'>,
  schemas: readonly string[] | 'all',
): CatalogScope {
  return Object.freeze({ schemas, ownTables: ownTables(config).tables, pathSchema: config.schema })
}
