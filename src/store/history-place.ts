import { OWN_TABLES } from '../config/values.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { qualifiedName } from '../postgres/sql/identifier.ts'

/** Where a history's table is, and what of the database shows that it should be elsewhere. */
export interface HistoryTable {
  /** Quoted and qualified. */
  readonly table: string
  /** As they are. */
  readonly schema: string
  readonly name: string
  readonly column: string
  /** False where nobody has said that it is this schema's table and no other's. */
  readonly isSchemaSet?: boolean | undefined
  /** Where it is the tool's own schema, whatever PGATE_SCHEMA is. */
  readonly versionSchema?: string | undefined
  /** `empty`: its tool refuses to begin in a schema that has tables; absent: it begins anywhere. */
  readonly begins?: 'empty'
  /** What its tool called it before: where that one is there, no other is begun. */
  readonly formerName?: string
}

/**
 * Where there is no history in `history`: refuses where it has its former name, and where another schema has
 * such a table, and nobody has said which is meant.
 * @throws {GateError} HISTORY_TABLE
 */
export async function refuseElsewhere(session: Session, history: HistoryTable): Promise<void> {
  await refuseFormer(session, history)
  if (history.isSchemaSet !== false) return
  const { rows } = await session.query<{ schema: string }>(
    `select n.nspname::pg_catalog.text as schema
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where c.relname operator(pg_catalog.=) $1::pg_catalog.name and c.relkind operator(pg_catalog.=) 'r'
        and n.nspname operator(pg_catalog.<>) all (array['information_schema', $2]::pg_catalog.name[])
        and not pg_catalog.starts_with(n.nspname::pg_catalog.text, 'pg_')
        and exists (select from pg_catalog.pg_attribute a where a.attrelid operator(pg_catalog.=) c.oid
                     and a.attname operator(pg_catalog.=) $3::pg_catalog.name)
      order by n.nspname limit 5`,
    [history.name, history.schema, history.column],
  )
  const schemas = rows.map(({ schema }) => schema)
  if (schemas.length === 0) return
  const { table, name, schema, versionSchema } = history
  const variable = versionSchema === undefined ? 'PGATE_SCHEMA' : 'PGATE_VERSION_TABLE'
  const setting = (one: string | undefined) =>
    `${variable}=${versionSchema === undefined ? one : `${one}.${name}`}`
  throw new GateError(
    'HISTORY_TABLE',
    `there is no ${table}, and schema ${schemas.join(', ')} has a table ${name}: ${variable} is not set, so nobody has said which is meant`,
    {
      facts: { versions: table, schemas },
      hint: `Set ${setting(schemas[0])} where that is the history of this database, or ${setting(schema)} to begin one in ${schema}. Nothing was run.`,
    },
  )
}

async function refuseFormer(
  session: Session,
  { table, schema, column, formerName }: HistoryTable,
): Promise<void> {
  if (formerName === undefined) return
  const former = qualifiedName(schema, formerName)
  const { rows } = await session.query(
    `select from pg_catalog.pg_attribute
      where attrelid operator(pg_catalog.=) pg_catalog.to_regclass($1) and attname operator(pg_catalog.=) $2::pg_catalog.name`,
    [former, column],
  )
  if (rows.length === 0) return
  throw new GateError(
    'HISTORY_TABLE',
    `there is no ${table}, and ${former} is what it was called before`,
    {
      facts: { versions: table, found: former },
      hint: `Set PGATE_VERSION_TABLE=${formerName}. Nothing was run.`,
    },
  )
}

/**
 * Where there is no history: refuses a schema that has tables already, if the history's tool begins in
 * an empty one alone. What an extension brought counts for none.
 * @throws {GateError} HISTORY_TABLE
 */
export async function refuseBeginning(session: Session, history: HistoryTable): Promise<void> {
  if (history.begins !== 'empty') return
  const { table, schema } = history
  const { rows } = await session.query<{ name: string }>(
    `select c.relname::pg_catalog.text as name
       from pg_catalog.pg_class c
       join pg_catalog.pg_namespace n on n.oid operator(pg_catalog.=) c.relnamespace
      where pg_catalog.to_regclass($3) is null and n.nspname operator(pg_catalog.=) $1::pg_catalog.name
        and c.relkind operator(pg_catalog.=) any (array['r', 'p', 'v', 'm', 'f']::"char"[])
        and c.relname operator(pg_catalog.<>) all ($2::pg_catalog.name[])
        and not exists (select from pg_catalog.pg_depend d where d.objid operator(pg_catalog.=) c.oid
                         and d.classid operator(pg_catalog.=) 'pg_catalog.pg_class'::pg_catalog.regclass
                         and d.deptype operator(pg_catalog.=) 'e')
      order by c.relname limit 5`,
    [schema, OWN_TABLES, table],
  )
  const found = rows.map(({ name }) => name)
  if (found.length === 0) return
  throw new GateError(
    'HISTORY_TABLE',
    `there is no ${table}, and schema ${schema} is not empty (${found.join(', ')}): its tool does not begin there either`,
    {
      facts: { versions: table, schema, found },
      hint: 'Where the schema is what these files make, say so: `pgate stamp head` (it is compared first), or name the file that it is at. Nothing was run.',
    },
  )
}
