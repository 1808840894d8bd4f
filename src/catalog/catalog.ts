import { createHash } from 'node:crypto'
import type { Session } from '../postgres/session/session.ts'
import { EXTENSIONS_SQL, FOREIGN_SQL, LANGUAGES_SQL } from './extensions.sql.ts'
import { queryWithFixedSettings } from './fixed-settings.ts'
import { EVENT_TRIGGERS_SQL, FUNCTIONS_SQL, TRIGGERS_SQL } from './functions.sql.ts'
import { GRANTS_SQL, OPTIONS_SQL, OWNERS_SQL } from './grants.sql.ts'
import { BROKEN_INDEXES_SQL, BROKEN_KEY, CONSTRAINTS_SQL, INDEXES_SQL } from './indexes.sql.ts'
import { type CatalogObjects, parseDefinition } from './object-key.ts'
import { OPERATORS_SQL, TEXT_SEARCH_SQL } from './operators.sql.ts'
import { PARTITIONS_SQL } from './partitions.sql.ts'
import { PUBLICATIONS_SQL } from './publications.sql.ts'
import { MIGRATOR_SQL } from './roles.sql.ts'
import { scopeSql } from './scope.sql.ts'
import type { CatalogScope } from './scope.ts'
import { SETTINGS_SQL } from './settings.sql.ts'
import { COLUMNS_SQL, SEQUENCES_SQL, TABLES_SQL, VIEWS_SQL } from './tables.sql.ts'
import { BASE_TYPES_SQL, COLLATIONS_SQL, TYPES_SQL } from './types.sql.ts'

/** The schema as the server describes it; frozen. */
export interface Catalog {
  /** By key (`column public.users.email`), in the order of the keys' bytes. */
  readonly objects: CatalogObjects
  /** Indexes that are not valid or not ready, of every schema, by key (`index audit.i`). */
  readonly broken: CatalogObjects
  /** What {@link readDigest} gives for the same schema: SHA-256 in hex. */
  readonly digest: string
  /** The server's major version. */
  readonly server: number
}

const PARTS = [
  TABLES_SQL,
  COLUMNS_SQL,
  CONSTRAINTS_SQL,
  INDEXES_SQL,
  TYPES_SQL,
  FUNCTIONS_SQL,
  TRIGGERS_SQL,
  VIEWS_SQL,
  SEQUENCES_SQL,
  EXTENSIONS_SQL,
  PARTITIONS_SQL,
  BASE_TYPES_SQL,
  OPERATORS_SQL,
  COLLATIONS_SQL,
  TEXT_SEARCH_SQL,
  PUBLICATIONS_SQL,
  EVENT_TRIGGERS_SQL,
  LANGUAGES_SQL,
  FOREIGN_SQL,
  OPTIONS_SQL,
  MIGRATOR_SQL,
  OWNERS_SQL,
  GRANTS_SQL,
  SETTINGS_SQL,
  BROKEN_INDEXES_SQL,
]

/**
 * The query that manifest and verify share: rows `(key, definition)` for every object of the scope,
 * and for every broken index of the database; one text for PostgreSQL 14 to 18. Run it under the fixed settings alone.
 * @see docs/manifest.md for what each definition holds and what is left out
 */
export function catalogSql(scope: CatalogScope): string {
  return `with ${scopeSql(scope)}\n${PARTS.join('\n  union all')}`
}

/** A longer text of a definition is compared by its digest, so that no role can fill pgate's memory. */
const LONGEST_TEXT = 1_000_000

/** Of the row `catalog`. */
export const DEFINITION = `case when octet_length(definition::text) <= ${LONGEST_TEXT} then definition::text
  else (select jsonb_object_agg(field, case
          when octet_length(value::text) <= ${LONGEST_TEXT} then value
          else to_jsonb('md5 ' || md5(value::text) || ' of ' || length(value::text) || ' characters')
        end)::text from jsonb_each(definition) as fields (field, value)) end`

/**
 * Reads the schema in one round trip and one snapshot. The session's settings and transaction are
 * as before afterwards, whatever happens; goes through a pooler.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readCatalog(session: Session, scope: CatalogScope): Promise<Catalog> {
  const { rows } = await queryWithFixedSettings<CatalogRow>(
    session,
    `select key, ${DEFINITION} as definition
       from (${catalogSql(scope)}) as catalog
      order by key collate "C"`,
  )
  const lines = rows.map((row) => `${row.key} ${row.definition}`)
  return Object.freeze({
    objects: parsedRows(rows.filter(({ key }) => !key.startsWith(BROKEN_KEY))),
    broken: parsedRows(
      rows
        .filter(({ key }) => key.startsWith(BROKEN_KEY))
        .map((row) => ({ ...row, key: row.key.slice(BROKEN_KEY.length) })),
    ),
    digest: createHash('sha256').update(lines.join('\n')).digest('hex'),
    server: session.server.major,
  })
}

interface CatalogRow {
  readonly key: string
  readonly definition: string
}

function parsedRows(rows: readonly CatalogRow[]): CatalogObjects {
  return new Map(rows.map(({ key, definition }) => [key, parseDefinition(definition)]))
}

/**
 * The digest of what {@link readCatalog} would read, computed by the server: one round trip and 64
 * characters. Equal digests mean equal objects, invalid indexes and extension versions included.
 */
export async function readDigest(session: Session, scope: CatalogScope): Promise<string> {
  const { rows } = await queryWithFixedSettings<{ digest: string }>(
    session,
    `select encode(sha256(convert_to(coalesce(string_agg(
              key || ' ' || ${DEFINITION}, chr(10) order by key collate "C"), ''), 'UTF8')), 'hex')
              as digest
       from (${catalogSql(scope)}) as catalog`,
  )
  const [row] = rows
  if (row === undefined) throw new Error('an aggregate without groups gave no row')
  return row.digest
}
