import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import type { TableNames } from './tables.ts'

/**
 * For a database without a version table where pgate looks for one: refuses where another schema has
 * one, as Alembic's version_table_schema puts it, and PGATE_SCHEMA does not say which is meant. To
 * begin at base would run every revision once more. Reads the catalog alone.
 * @throws {GateError} HISTORY_TABLE
 */
export async function refuseVersionsElsewhere(session: Session, names: TableNames): Promise<void> {
  const { searched, schema, versions } = names
  if (searched === undefined) return
  const { rows } = await session.query<{ schema: string }>(
    `select n.nspname::pg_catalog.text as schema
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where c.relname operator(pg_catalog.=) $1::pg_catalog.name and c.relkind operator(pg_catalog.=) 'r'
        and n.nspname operator(pg_catalog.<>) all (array['information_schema', $2]::pg_catalog.name[])
        and not pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
        and exists (select from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) c.oid
                     and a.attname operator(pg_catalog.=) 'version_num')
      order by n.nspname limit 5`,
    [searched, schema],
  )
  const [first] = rows
  if (first === undefined) return
  const schemas = rows.map((row) => row.schema)
  throw new GateError(
    'HISTORY_TABLE',
    `there is no ${versions}, and schema ${schemas.join(', ')} has a table ${searched}: PGATE_SCHEMA is not set, so nobody has said which is meant`,
    {
      facts: { versions, schemas },
      hint: `Set PGATE_SCHEMA=${first.schema} where that is the history of this database, or PGATE_SCHEMA=${schema} to begin one in ${schema}. Nothing was run.`,
    },
  )
}
