import type { Session } from '../postgres/session/session.ts'
import { KNOWN_TOOLS, type KnownTool } from './known-tools.ts'

/** A table that holds a tool's history. */
export interface FoundHistory {
  readonly known: KnownTool
  /** As they are. */
  readonly schema: string
  readonly name: string
}

/**
 * The histories of known tools that a database holds, by their tables' columns: teams rename them, and
 * five tools call theirs `schema_migrations`. Reads the catalog alone.
 */
export async function findHistories(session: Session): Promise<readonly FoundHistory[]> {
  const { rows } = await session.query<{ tool: string; schema: string; name: string }>(SQL, [
    JSON.stringify(KNOWN_TOOLS),
  ])
  const rails = new Set(rows.flatMap(({ tool, schema }) => (tool === 'Rails' ? [schema] : [])))
  return rows.flatMap(({ tool, schema, name }) => {
    const known = KNOWN_TOOLS.find((one) => one.tool === tool)
    // Rails' own table of versions is like dbmate's.
    const isOther = tool === 'dbmate' && rails.has(schema)
    return known === undefined || isOther ? [] : [{ known, schema, name }]
  })
}

/** `public.schema_migrations (golang-migrate)` */
export function placed({ known, schema, name }: FoundHistory): string {
  return `${schema}.${name} (${known.tool})`
}

const SQL = `select known.tool, n.nspname::pg_catalog.text as schema, c.relname::pg_catalog.text as name
  from pg_catalog.pg_class c
  join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
  cross join lateral (
    select pg_catalog.array_agg(pg_catalog.concat(a.attname, ' ', t.typname)) as columns
      from pg_catalog.pg_attribute a
      join pg_catalog.pg_type t on t.oid operator(pg_catalog.=) a.atttypid
     where a.attrelid operator(pg_catalog.=) c.oid and a.attnum operator(pg_catalog.>) 0 and not a.attisdropped
  ) own
  join pg_catalog.jsonb_to_recordset($1::pg_catalog.jsonb)
         as known (tool pg_catalog.text, "table" pg_catalog.text, columns pg_catalog.text[], "byName" pg_catalog.bool)
    on own.columns operator(pg_catalog.@>) known.columns
   and (known."byName" is not true or c.relname::pg_catalog.text operator(pg_catalog.=) known."table")
 where c.relkind operator(pg_catalog.=) 'r'
   and n.nspname operator(pg_catalog.<>) 'information_schema'
   and not pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
 order by 1, 2, 3`
