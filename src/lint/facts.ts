import type { Session } from '../postgres/session/session.ts'
import { keyOf, type RelationName } from './tree.ts'

/** What the rules know of a database: of the live one, or of the throwaway one that stands in. */
export interface SchemaFacts {
  /** True: sizes and rows are those of production, or whatever the connection leads to. */
  readonly isLive: boolean
  readonly major: number
  /** By {@link keyOf}; what is missing is not there. */
  readonly tables: ReadonlyMap<string, TableFacts>
  /** By its name: what it is over, and whether it has a constraint. */
  readonly domains: ReadonlyMap<string, { readonly base: string; readonly isChecked: boolean }>
  /** Names of functions that give another value for each row. */
  readonly volatile: ReadonlySet<string>
}

export interface TableFacts {
  /** `pg_class.relkind`. */
  readonly kind: string
  /** Of all partitions together; indexes do not count. */
  readonly bytes: number
  /** As the planner estimates. */
  readonly rows: number
  readonly parent: RelationName | null
  /** The default partition. */
  readonly fallback: RelationName | null
  readonly columns: Readonly<Record<string, ColumnFacts>>
  readonly constraints: readonly ConstraintFacts[]
  /** Left behind by a build that failed. */
  readonly invalidIndexes: readonly string[]
  readonly indexes: readonly string[]
  /** Views over it, and tables whose foreign keys lead to it. */
  readonly dependents: readonly string[]
}

export interface ColumnFacts {
  /** `pg_type.typname`, and what `format_type` says of it. */
  readonly type: string
  readonly full: string
  readonly notNull: boolean
}

export interface ConstraintFacts {
  readonly name: string
  /** `pg_constraint.contype`. */
  readonly type: string
  readonly isValid: boolean
  readonly definition: string
  /** Of a foreign key: the table that it leads to. */
  readonly other: RelationName | null
}

/** Below this a table is written or read so fast that hardly anybody waits. */
const SMALL_BYTES = 64 * 1024 * 1024

/** What the live database says of a table's size; nothing where none is asked. */
export function sizeOf(facts: SchemaFacts | undefined, table: RelationName) {
  const found = facts?.isLive === true ? facts.tables.get(keyOf(table)) : undefined
  if (found === undefined) return { said: [], isSmall: false, isEmpty: false }
  const { rows, bytes } = found
  const isEmpty = bytes === 0 && found.kind !== 'f'
  const mb = bytes < 1024 * 1024 ? 'less than 1 MB' : `${Math.round(bytes / 1024 / 1024)} MB`
  const about =
    rows === 0 ? 'no rows that the planner knows of' : `about ${rows.toLocaleString('en')} rows`
  const said = [isEmpty ? `${table.name} is empty` : `${table.name} has ${about}, ${mb}`]
  return { said, isSmall: bytes < SMALL_BYTES, isEmpty }
}

/** What statements name, and facts are wanted of. */
export interface FactsWanted {
  readonly relations: readonly RelationName[]
  readonly types: readonly string[]
  readonly functions: readonly string[]
}

/**
 * Asks the database about what the statements name; one round trip, reads the catalog alone.
 * @param isLive whether its sizes say something about production
 */
export async function readFacts(
  session: Session,
  { relations, types, functions }: FactsWanted,
  isLive: boolean,
): Promise<SchemaFacts> {
  const unique = new Map(relations.map((one) => [keyOf(one), one]))
  const { rows } = await session.query<Answer>(QUERY, [
    JSON.stringify([...unique.values()]),
    types,
    functions,
  ])
  const [answer] = rows
  return {
    isLive,
    major: session.server.major,
    tables: new Map((answer?.tables ?? []).map((one) => [keyOf(one), one])),
    domains: new Map(Object.entries(answer?.domains ?? {})),
    volatile: new Set(answer?.volatile),
  }
}

interface Answer {
  readonly tables: readonly (TableFacts & RelationName)[] | null
  readonly domains: Readonly<Record<string, { base: string; isChecked: boolean }>> | null
  readonly volatile: readonly string[] | null
}

const NAMED = `pg_catalog.json_build_object('schema', n.nspname, 'name', o.relname)`

/** What is named, and what is locked with it: an index's table, a partition's parent and its default, a key's other table. */
const QUERY = `with named as (
  select c.oid from pg_catalog.json_to_recordset($1::json) w(schema text, name text)
  join pg_catalog.pg_namespace s on s.nspname = w.schema
  join pg_catalog.pg_class c on c.relnamespace = s.oid and c.relname = w.name
), wanted as (
  select c.oid, c.relkind, c.relname, s.nspname from pg_catalog.pg_class c
  join pg_catalog.pg_namespace s on s.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'm', 'f', 'v', 'i', 'I') and c.oid in (select oid from named
    union all select x.indrelid from pg_catalog.pg_index x join named on named.oid = x.indexrelid
    union all select i.inhparent from pg_catalog.pg_inherits i join named on named.oid = i.inhrelid
    union all select p.partdefid from pg_catalog.pg_partitioned_table p join named on named.oid = p.partrelid
    union all select k.confrelid from pg_catalog.pg_constraint k join named on named.oid = k.conrelid)
)
select
  (select pg_catalog.json_agg(pg_catalog.json_build_object(
    'schema', w.nspname, 'name', w.relname, 'kind', w.relkind,
    'bytes', leaves.bytes, 'rows', leaves.rows,
    'parent', (select ${NAMED} from pg_catalog.pg_inherits i
      join pg_catalog.pg_class o on o.oid = i.inhparent and o.relkind in ('p', 'I')
      join pg_catalog.pg_namespace n on n.oid = o.relnamespace where i.inhrelid = w.oid limit 1),
    'fallback', (select ${NAMED} from pg_catalog.pg_partitioned_table p
      join pg_catalog.pg_class o on o.oid = p.partdefid
      join pg_catalog.pg_namespace n on n.oid = o.relnamespace where p.partrelid = w.oid),
    'columns', (select coalesce(pg_catalog.json_object_agg(a.attname, pg_catalog.json_build_object(
        'type', t.typname, 'full', pg_catalog.format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull)), '{}')
      from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid = a.atttypid
      where a.attrelid = w.oid and a.attnum > 0 and not a.attisdropped),
    'constraints', (select coalesce(pg_catalog.json_agg(pg_catalog.json_build_object(
        'name', k.conname, 'type', k.contype, 'isValid', k.convalidated,
        'definition', pg_catalog.pg_get_constraintdef(k.oid),
        'other', (select ${NAMED} from pg_catalog.pg_class o
          join pg_catalog.pg_namespace n on n.oid = o.relnamespace where o.oid = k.confrelid))), '[]')
      from pg_catalog.pg_constraint k where k.conrelid = w.oid),
    'invalidIndexes', (select coalesce(pg_catalog.json_agg(o.relname), '[]') from pg_catalog.pg_index x
      join pg_catalog.pg_class o on o.oid = x.indexrelid
      where x.indrelid = w.oid and not x.indisvalid and o.relkind = 'i'),
    'indexes', (select coalesce(pg_catalog.json_agg(o.relname), '[]') from pg_catalog.pg_index x
      join pg_catalog.pg_class o on o.oid = x.indexrelid where x.indrelid = w.oid),
    'dependents', (select coalesce(pg_catalog.json_agg(distinct d.what), '[]') from (
      select 'view ' || r.ev_class::pg_catalog.regclass as what from pg_catalog.pg_depend p
      join pg_catalog.pg_rewrite r on r.oid = p.objid and p.classid = 'pg_catalog.pg_rewrite'::pg_catalog.regclass
      where p.refobjid = w.oid and r.ev_class <> w.oid
      union all
      select 'foreign key ' || k.conname || ' of ' || k.conrelid::pg_catalog.regclass from pg_catalog.pg_constraint k
      where k.confrelid = w.oid and k.conrelid <> w.oid) d)
  )) from wanted w, lateral (
    select coalesce(sum(pg_catalog.pg_relation_size(l.oid)), 0) as bytes,
      coalesce(sum(greatest(l.reltuples, 0)), 0) as rows
    from pg_catalog.pg_class l where l.relkind in ('r', 'm') and (l.oid = w.oid or l.oid in (
      select relid from pg_catalog.pg_partition_tree(w.oid) where w.relkind = 'p'))) leaves) as tables,
  (select pg_catalog.json_object_agg(t.typname, pg_catalog.json_build_object('base', b.typname,
      'isChecked', t.typnotnull or exists (select from pg_catalog.pg_constraint k where k.contypid = t.oid)))
    from pg_catalog.pg_type t join pg_catalog.pg_type b on b.oid = t.typbasetype
    where t.typtype = 'd' and t.typname = any ($2::text[])) as domains,
  (select pg_catalog.json_agg(distinct p.proname) from pg_catalog.pg_proc p
    where p.provolatile = 'v' and p.proname = any ($3::text[])) as volatile`
