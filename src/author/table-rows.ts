import type { Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { OwnTables } from '../revisions/sql/own-tables.ts'

/** What a table holds, so far as two states can be compared by it. */
export interface TableRows {
  /** Its columns, by name and type, in order, each with a digest of its values. */
  readonly columns: ReadonlyMap<string, string>
  readonly count: number
  /** Of all rows, in whatever order they are. */
  readonly digest: string
}

/** Tables by their names as the catalog's keys have them. */
export type RowsByTable = ReadonlyMap<string, TableRows>

interface TableOfCatalog {
  readonly schema: string
  readonly name: string
  /** Qualified, and quoted where it has to be. */
  readonly table: string
  /** Quoted where they have to be. */
  readonly names: readonly string[]
  readonly types: readonly string[]
}

/** Counts and digests the rows of every table but pgate's own and those of extensions. */
export async function readTableRows(session: Session, own: OwnTables): Promise<RowsByTable> {
  const { rows: found } = await session.query<TableOfCatalog>(TABLES_SQL)
  const isOwn = ({ schema, name }: TableOfCatalog) =>
    own.tables.some((one) => one.schema === schema && one.name === name)
  const tables = found.filter((table) => !isOwn(table))
  if (tables.length === 0) return new Map()
  const counts = tables.map(({ table, names }, index) => {
    const digests = names.map((name) => digestOf(`pgate_row.${name}`))
    return `select ${index} as index, ${quoteLiteral(table)} as name, count(*)::integer as count,
      ${digestOf('(pgate_row.*)')} as digest, array[${digests.join(', ')}]::text[] as digests from only ${table} pgate_row`
  })
  const { rows } = await session.query<Counted>(`${counts.join('\nunion all\n')} order by index`)
  return new Map(
    rows.map(({ name, count, digest, digests }, index) => {
      const { names = [], types = [] } = tables[index] ?? {}
      const columns = new Map(
        names.map((column, at) => [`${column} ${types[at]}`, digests[at] ?? '']),
      )
      return [name, { columns, count, digest }]
    }),
  )
}

interface Counted {
  readonly name: string
  readonly count: number
  readonly digest: string
  readonly digests: readonly string[]
}

function digestOf(value: string): string {
  return `coalesce(sum(hashtextextended(${value}::text, 0)), 0)::text`
}

function columnsAs(value: string): string {
  return `array(select ${value} from pg_attribute a
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped order by a.attnum)`
}

const TABLES_SQL = `
  select n.nspname::text as schema, c.relname::text as name,
         quote_ident(n.nspname) || '.' || quote_ident(c.relname) as table,
         ${columnsAs('quote_ident(a.attname)')} as names,
         ${columnsAs('format_type(a.atttypid, a.atttypmod)')} as types
    from pg_class c join pg_namespace n on n.oid = c.relnamespace
   where c.relkind = 'r' and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
     and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
   order by 1, 2`
