import type { DeclaredExtension } from '../../config/config.ts'
import type { Session } from '../../postgres/session/session.ts'
import { quoteIdentifier } from '../../postgres/sql/identifier.ts'
import type { InstalledExtension } from './state.ts'

/** Where an unqualified name finds an extension's objects in any case. */
const ALWAYS_FOUND: ReadonlySet<string> = new Set(['pg_catalog', 'public'])

/**
 * Notes on declared extensions whose types and functions a revision will not find: their schema is
 * off the search_path, or closed to this role, and PostgreSQL then says that the type does not exist.
 * Asks the server only where one is in a schema of its own.
 */
export async function reachNotes(
  session: Session,
  wanted: readonly DeclaredExtension[],
  installed: readonly InstalledExtension[],
): Promise<readonly string[]> {
  const names = new Set(wanted.map(({ name }) => name))
  const apart = installed.filter(({ name, schema }) => names.has(name) && !ALWAYS_FOUND.has(schema))
  if (apart.length === 0) return []
  const { rows } = await session.query<{ schema: string; isOpen: boolean; isOnPath: boolean }>(
    `select wanted.schema,
            pg_catalog.has_schema_privilege(wanted.schema, 'USAGE') as "isOpen",
            wanted.schema::pg_catalog.text operator(pg_catalog.=)
              any (pg_catalog.current_schemas(true)::pg_catalog.text[]) as "isOnPath"
       from pg_catalog.unnest($1::pg_catalog.text[]) as wanted (schema)`,
    [[...new Set(apart.map(({ schema }) => schema))]],
  )
  return apart.flatMap(({ name, schema }) => {
    const found = rows.find((row) => row.schema === schema)
    if (found === undefined) return []
    const quoted = quoteIdentifier(schema)
    if (!found.isOpen) {
      return [
        `${name} is in schema ${schema}, which this role may not use: as its owner run GRANT USAGE ON SCHEMA ${quoted} TO the role that pgate connects as, and to the application's`,
      ]
    }
    // Who declares the schema knows that its names are to be qualified.
    const isMeant = wanted.some((one) => one.name === name && one.schema !== undefined)
    return found.isOnPath || isMeant
      ? []
      : [
          `${name} is in schema ${schema}, which is not on the search_path: write ${quoted}. before its names, or ALTER ROLE CURRENT_USER SET search_path = public, ${quoted};`,
        ]
  })
}
