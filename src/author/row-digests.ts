import { queryWithFixedSettings } from '../catalog/fixed-settings.ts'
import type { Session } from '../postgres/session/session.ts'
import type { OwnTables } from '../revisions/sql/own-tables.ts'

/** A table that holds rows of its own: no view, no parent of partitions. */
export interface RowTable {
  /** Qualified, and quoted where it has to be. */
  readonly table: string
  readonly columns: readonly RowColumn[]
  /** Of the primary key; empty without one. */
  readonly key: readonly string[]
  readonly count: number
}

/** A column, and a digest of all that it holds in whatever order. */
export interface RowColumn {
  readonly name: string
  readonly isGenerated: boolean
  readonly isAlways: boolean
  readonly default: string | null
  readonly digest: string
}

/** A sequence that was drawn from. */
export interface DrawnSequence {
  readonly name: string
  readonly last: string
}

type TableOfCatalog = Omit<RowTable, 'columns' | 'count'> & {
  readonly schema: string
  readonly name: string
  readonly columns: readonly Omit<RowColumn, 'digest'>[]
}

/** Reads every table but pgate's own and those of extensions, with digests of what each column holds. */
export async function readRowDigests(
  session: Session,
  own: OwnTables,
): Promise<ReadonlyMap<string, RowTable>> {
  const { rows: found } = await session.query<{ table: string }>(TABLES_SQL)
  const tables = found
    .map(({ table }) => JSON.parse(table) as TableOfCatalog)
    .filter((one) => !isOwn(own, one))
  if (tables.length === 0) return new Map()
  const parts = tables.map(({ table, columns }, index) => {
    const digests = columns.map(
      ({ name }) => `coalesce(sum(hashtextextended(coalesce(${name}::text, 'NULL'), 0)), 0)::text`,
    )
    return `select ${index} as index, count(*)::integer as count,
      array[${digests.join(', ')}]::text[] as digests from only ${table}`
  })
  const { rows } = await queryWithFixedSettings<{ count: number; digests: readonly string[] }>(
    session,
    `${parts.join('\nunion all\n')} order by index`,
  )
  return new Map(
    tables.map(({ table, key, columns }, index) => {
      const { count = 0, digests = [] } = rows[index] ?? {}
      const digested = columns.map((column, at) => ({ ...column, digest: digests[at] ?? '' }))
      return [table, { table, key, columns: digested, count }]
    }),
  )
}

export function isOwn(
  own: OwnTables,
  { schema, name }: { readonly schema: string; readonly name: string },
) {
  return own.tables.some((one) => one.schema === schema && one.name === name)
}

/** Sequences that were drawn from, but for those of pgate's own tables. */
export async function readDrawn(
  session: Session,
  own: OwnTables,
): Promise<readonly DrawnSequence[]> {
  const { rows } = await session.query<DrawnSequence & { schema: string; owner: string }>(
    SEQUENCES_SQL,
  )
  return rows
    .filter(({ schema, owner }) => !isOwn(own, { schema, name: owner }))
    .map(({ name, last }) => ({ name, last }))
}

/**
 * The INSERT of a table's rows, without the columns that are left to their defaults: one, so that rows that refer
 * to each other are there together. Undefined where there is nothing to insert.
 */
export async function readInsert(
  session: Session,
  { table, columns, key, count }: RowTable,
  leftOut: ReadonlySet<string>,
): Promise<string | undefined> {
  const written = columns.filter(({ name, isGenerated }) => !isGenerated && !leftOut.has(name))
  if (written.length === 0 || count === 0) return undefined
  const names = written.map(({ name }) => name)
  const values = names.map((name) => `quote_nullable(${name}::text)`).join(`, ', ', `)
  const order = key.length > 0 ? key.join(', ') : names.map((name) => `${name}::text`).join(', ')
  const { rows } = await queryWithFixedSettings<{ values: string }>(
    session,
    `select concat('(', ${values}, ')') as values from only ${table} order by ${order}`,
  )
  const overriding = written.some(({ isAlways }) => isAlways) ? ' OVERRIDING SYSTEM VALUE' : ''
  const all = rows.map((row) => row.values).join(',\n  ')
  return `INSERT INTO ${table} (${names.join(', ')})${overriding} VALUES\n  ${all}`
}

const OF_USER = `n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')`

const TABLES_SQL = `
  select json_build_object('schema', n.nspname, 'name', c.relname,
           'table', quote_ident(n.nspname) || '.' || quote_ident(c.relname),
           'columns', coalesce((
             select json_agg(json_build_object('name', quote_ident(a.attname), 'isGenerated', a.attgenerated <> '',
                      'isAlways', a.attidentity = 'a', 'default', pg_get_expr(d.adbin, d.adrelid)) order by a.attnum)
               from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
              where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped), '[]'),
           'key', coalesce((
             select json_agg(quote_ident(a.attname) order by k.place)
               from pg_index i cross join unnest(i.indkey) with ordinality k (attnum, place)
               join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
              where i.indrelid = c.oid and i.indisprimary), '[]'))::text as table
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'r' and ${OF_USER}
   order by n.nspname, c.relname`

const SEQUENCES_SQL = `
  select quote_ident(n.nspname) || '.' || quote_ident(c.relname) as name, n.nspname::text as schema,
         coalesce(t.relname::text, '') as owner,
         (case when c.relkind = 'S' then pg_sequence_last_value(c.oid) end)::text as last
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype in ('a', 'i')
     and d.refclassid = 'pg_class'::regclass
    left join pg_class t on t.oid = d.refobjid
   where c.relkind = 'S' and ${OF_USER}
     and case when c.relkind = 'S' then pg_sequence_last_value(c.oid) end is not null
   order by 1`
