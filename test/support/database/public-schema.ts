import { DatabaseError } from 'pg'
import { queryRows, withClient } from './query.ts'

/** The names of what is in `public`, each kind sorted; what extensions brought along left out. */
export interface PublicNames {
  readonly tables: readonly string[]
  readonly indexes: readonly string[]
  readonly functions: readonly string[]
  readonly triggers: readonly string[]
  /** Enums. */
  readonly types: readonly string[]
}

export async function publicNames(url: string): Promise<PublicNames> {
  const names = async (from: string) => {
    const rows = await queryRows<{ name: string }>(
      url,
      `select x.name::text as name from (${from}) as x (oid, name, schema)
        where x.schema = 'public'::regnamespace
          and not exists (select from pg_depend d where d.objid = x.oid and d.deptype = 'e')
        order by x.name collate "C"`,
    )
    return rows.map(({ name }) => name)
  }
  return {
    tables: await names(`select oid, relname, relnamespace from pg_class where relkind = 'r'`),
    indexes: await names(`select oid, relname, relnamespace from pg_class where relkind = 'i'`),
    functions: await names('select oid, proname, pronamespace from pg_proc'),
    triggers: await names(
      `select t.oid, t.tgname, c.relnamespace from pg_trigger t join pg_class c on c.oid = t.tgrelid
        where not t.tgisinternal`,
    ),
    types: await names(`select oid, typname, typnamespace from pg_type where typtype = 'e'`),
  }
}

/** What pgate itself leaves in an empty database; behind a pooler `pgate_lease` comes to it. */
export const OWN_TABLES = ['alembic_version', 'pgate_journal']

/** Every object of `public` as the server prints it, one line each, pgate's own left out. */
export async function schemaLines(url: string): Promise<readonly string[]> {
  const rows = await queryRows<{ line: string }>(
    url,
    `with own as (select oid from pg_class where relname = any ($1)),
          tables as (select oid, relname from pg_class
                      where relnamespace = 'public'::regnamespace and relkind = 'r'
                        and oid not in (select oid from own))
     select concat_ws(' ', 'column', t.relname, a.attname, format_type(a.atttypid, a.atttypmod),
                      a.attnotnull, pg_get_expr(d.adbin, d.adrelid)) as line
       from tables t
       join pg_attribute a on a.attrelid = t.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = t.oid and d.adnum = a.attnum
     union all
     select concat_ws(' ', 'constraint', t.relname, k.conname, pg_get_constraintdef(k.oid))
       from tables t join pg_constraint k on k.conrelid = t.oid
     union all
     select concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid)
       from tables t join pg_index i on i.indrelid = t.oid
     union all
     select concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled)
       from tables t join pg_trigger g on g.tgrelid = t.oid where not g.tgisinternal
     union all
     select pg_get_functiondef(p.oid) from pg_proc p
      where p.pronamespace = 'public'::regnamespace
        and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
     union all
     select concat_ws(' ', 'enum', e.enumtypid::regtype, e.enumsortorder, e.enumlabel)
       from pg_enum e
     order by 1`,
    [OWN_TABLES],
  )
  return rows.map(({ line }) => line)
}

/** The definition of an index, as the server prints it. */
export async function indexDefinition(url: string, index: string): Promise<string> {
  const [row] = await queryRows<{ definition: string }>(
    url,
    'select pg_get_indexdef(to_regclass($1)) as definition',
    [`public.${index}`],
  )
  return row?.definition ?? 'no such index'
}

/** A table's columns and their types, as the server names them. */
export async function columnTypes(
  url: string,
  table: string,
): Promise<Readonly<Record<string, string>>> {
  const rows = await queryRows<{ name: string; type: string }>(
    url,
    `select attname as name, format_type(atttypid, atttypmod) as type from pg_attribute
      where attrelid = $1::regclass and attnum > 0 and not attisdropped order by attnum`,
    [`public.${table}`],
  )
  return Object.fromEntries(rows.map(({ name, type }) => [name, type]))
}

/** Tables of `public`, pgate's own aside, whose primary key is not one column of type uuid. */
export function tablesWithoutUuidKey(url: string): Promise<readonly { name: string }[]> {
  return queryRows(
    url,
    `select c.relname as name from pg_class c
      where c.relkind = 'r' and c.relnamespace = 'public'::regnamespace
        and c.relname <> all ($1)
        and not exists (
          select from pg_constraint k
            join pg_attribute a on a.attrelid = k.conrelid and a.attnum = k.conkey[1]
           where k.conrelid = c.oid and k.contype = 'p' and cardinality(k.conkey) = 1
             and a.atttypid = 'uuid'::regtype)`,
    [OWN_TABLES],
  )
}

/** Foreign keys that no whole index begins with. */
export function foreignKeysWithoutIndex(url: string): Promise<readonly { name: string }[]> {
  return queryRows(
    url,
    `select k.conname as name from pg_constraint k
      where k.contype = 'f' and k.connamespace = 'public'::regnamespace
        and not exists (
          select from pg_index i
           where i.indrelid = k.conrelid and i.indpred is null and i.indisvalid
             and (i.indkey::int2[])[0:cardinality(k.conkey) - 1] @> k.conkey)`,
  )
}

/** How the server refused a statement; null where it did not. */
export async function refusal(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<{ readonly sqlstate: string; readonly constraint: string | null } | null> {
  return withClient(url, async (client) => {
    try {
      await client.query(text, [...values])
      return null
    } catch (error) {
      if (!(error instanceof DatabaseError)) throw error
      return { sqlstate: error.code ?? '', constraint: error.constraint ?? null }
    }
  })
}

/** One value of one row. */
export async function oneValue(
  url: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<unknown> {
  const [row] = await queryRows(url, text, values)
  return Object.values(row ?? {})[0]
}
