import { GateError } from '../../../errors/error.ts'
import type { Session } from '../../../postgres/session/session.ts'
import { quoteIdentifier } from '../../../postgres/sql/identifier.ts'
import type { Batch, Statement } from '../../../revisions/file/revision.ts'

/** One column of a key, and how its index compares it. */
export interface KeyColumn {
  readonly name: string
  /** Without a length, which would cut a value. */
  readonly type: string
  /** Of the index, where it is not the column's own; quoted. */
  readonly collation: string | null
  /** The column's own; `null`: the default, or its type has none. */
  readonly ownCollation: string | null
  /** `operator(pg_catalog.<)` and the like, of the index. */
  readonly less: string
  readonly atMost: string
  readonly equal: string
  readonly atLeast: string
  readonly greater: string
}

/** What the batches of a table go by. */
export interface Key {
  /** Quoted and qualified. */
  readonly relation: string
  readonly columns: readonly KeyColumn[]
  /** The session's own, in milliseconds; 0: none. */
  readonly statementTimeoutMs: number
}

interface Found {
  readonly kind: string
  readonly relation: string
  readonly statementTimeoutMs: number
  readonly keys: readonly {
    readonly isPrimary: boolean
    /** Why batches cannot go by it; `null`: they can. */
    readonly unfit: string | null
    readonly columns: readonly KeyColumn[]
  }[]
}

/** Where the line stands that asks for the key. */
export interface KeyRequest {
  readonly file: string
  readonly statement: Pick<Statement, 'line'>
  readonly batch: Batch
}

/**
 * The key that a batch line asks for; undefined where there is no such table.
 * @throws {GateError} BATCH_KEY where the table has no such key, or the statement changes it
 */
export async function findKey(session: Session, asked: KeyRequest): Promise<Key | undefined> {
  const { batch } = asked
  const { rows } = await session.query<Found>(keysSql('$1'), [batch.table])
  const [found] = rows
  if (found === undefined) return undefined
  const { kind, relation, keys, statementTimeoutMs } = found
  if (kind !== 'r' && kind !== 'p') throw noKey(asked, `${relation} is no table`, [])
  const fit = keys.filter(({ unfit }) => unfit === null)
  const others = fit.map(({ columns }) => columns.map(({ name }) => name))
  const { by } = batch
  const isWanted = ({ isPrimary, columns }: Found['keys'][number]) =>
    by === undefined
      ? isPrimary
      : columns.length === by.length && columns.every(({ name }, index) => name === by[index])
  const key = fit.find(isWanted)
  if (key === undefined) {
    const what = by === undefined ? 'primary key' : `unique index on (${by.join(', ')})`
    const unfit = keys.find(isWanted)?.unfit
    const why = unfit === undefined || unfit === null ? '' : ` that will do: ${unfit}`
    throw noKey(asked, `${relation} has no ${what}${why}`, others)
  }
  const set = key.columns.find(({ name }) => batch.sets.includes(name))
  if (set !== undefined)
    throw noKey(asked, `the statement changes ${set.name}, by which it goes`, [])
  return { relation, columns: key.columns, statementTimeoutMs }
}

/** @throws {GateError} BATCH_KEY, where there is no such table either */
export async function requireKey(session: Session, asked: KeyRequest): Promise<Key> {
  const key = await findKey(session, asked)
  if (key !== undefined) return key
  const { file, statement, batch } = asked
  throw new GateError('BATCH_KEY', `${file}:${statement.line}: there is no table ${batch.table}`, {
    facts: { file, line: statement.line, table: batch.table },
    hint: `Write the table's name there as it is, with its schema where that is not first on the search path, or make the table before.`,
  })
}

function noKey(
  { file, statement: { line }, batch: { table } }: KeyRequest,
  found: string,
  others: readonly (readonly string[])[],
): GateError {
  const [first] = others
  const write =
    first && `Write \`by ${first.map(asWritten).join(', ')}\` in ${file}:${line}. Or make`
  return new GateError(
    'BATCH_KEY',
    `${file}:${line}: ${found}; batches go by a unique index over NOT NULL columns, which the statement leaves as they are`,
    {
      facts: { file, line, table, keys: others },
      hint: `${write ?? 'Make'} one in a revision before: CREATE UNIQUE INDEX CONCURRENTLY … ON ${table} (…).`,
    },
  )
}

function asWritten(name: string): string {
  return /^[a-z_][a-z0-9_$]*$/.test(name) ? name : quoteIdentifier(name)
}

const EQ = 'operator(pg_catalog.=)'

/** The index's operator of a strategy of B-trees. */
function operator(strategy: number): string {
  return `(select pg_catalog.concat('operator(', pg_catalog.quote_ident(s.nspname), '.', o.oprname, ')')
           from pg_catalog.pg_amop m join pg_catalog.pg_operator o on o.oid ${EQ} m.amopopr
           join pg_catalog.pg_namespace s on s.oid ${EQ} o.oprnamespace
          where m.amopfamily ${EQ} f.opcfamily and m.amopstrategy ${EQ} ${strategy}::smallint
            and m.amoplefttype ${EQ} f.opcintype and m.amoprighttype ${EQ} f.opcintype)`
}

function collation(oid: string): string {
  return `(select pg_catalog.concat(pg_catalog.quote_ident(s.nspname), '.', pg_catalog.quote_ident(l.collname))
           from pg_catalog.pg_collation l join pg_catalog.pg_namespace s on s.oid ${EQ} l.collnamespace
          where l.oid ${EQ} ${oid})`
}

/** Its number in every PostgreSQL; a type without collations has none in pg_collation. */
const DEFAULT_COLLATION = '100::pg_catalog.oid'

const COLUMNS = `select pg_catalog.json_agg(pg_catalog.json_build_object(
      'name', a.attname, 'type', pg_catalog.format_type(a.atttypid, -1),
      'collation', case when i.indcollation[k.n] operator(pg_catalog.<>) a.attcollation then ${collation('i.indcollation[k.n]')} end,
      'ownCollation', case when a.attcollation operator(pg_catalog.<>) ${DEFAULT_COLLATION} then ${collation('a.attcollation')} end,
      'less', ${operator(1)}, 'atMost', ${operator(2)}, 'equal', ${operator(3)}, 'atLeast', ${operator(4)}, 'greater', ${operator(5)}) order by k.n)
   from pg_catalog.generate_series(0, i.indnkeyatts operator(pg_catalog.-) 1) k (n)
   join pg_catalog.pg_attribute a on a.attrelid ${EQ} i.indrelid and a.attnum ${EQ} i.indkey[k.n]
   join pg_catalog.pg_opclass f on f.oid ${EQ} i.indclass[k.n]`

const KEY_COLUMN = `a.attrelid ${EQ} i.indrelid and a.attnum ${EQ} any (i.indkey::smallint[])
     and pg_catalog.array_position(i.indkey::smallint[], a.attnum) operator(pg_catalog.<) i.indnkeyatts`

const ARRAY = `exists (select from pg_catalog.pg_attribute a join pg_catalog.pg_type t on t.oid ${EQ} a.atttypid
   where ${KEY_COLUMN} and t.typcategory ${EQ} 'A')`

/** PostgreSQL 18 has NOT NULL constraints that are not validated. */
const NULLABLE = `exists (select from pg_catalog.pg_attribute a
   where ${KEY_COLUMN} and (not a.attnotnull or exists (select from pg_catalog.pg_constraint n where n.conrelid ${EQ} i.indrelid
       and n.contype ${EQ} 'n' and not n.convalidated and a.attnum ${EQ} any (n.conkey))))`

/** One row for the table, whose name is the expression `table`: {@link Found}. */
export function keysSql(table: string): string {
  return `select c.relkind::pg_catalog.text as kind,
    pg_catalog.concat(pg_catalog.quote_ident(s.nspname), '.', pg_catalog.quote_ident(c.relname)) as relation,
    (select t.setting::integer from pg_catalog.pg_settings t where t.name ${EQ} 'statement_timeout') as "statementTimeoutMs",
    coalesce((select pg_catalog.json_agg(pg_catalog.json_build_object('isPrimary', i.indisprimary, 'columns', (${COLUMNS}), 'unfit',
        case when not i.indisvalid then 'it is invalid' when i.indpred is not null then 'it is partial'
             when i.indexprs is not null then 'it is over an expression' when not i.indimmediate then 'it is deferrable'
             when ${ARRAY} then 'a column of it is an array' when ${NULLABLE} then 'a column of it may be NULL' end) order by i.indisprimary desc, i.indexrelid)
      from pg_catalog.pg_index i join pg_catalog.pg_class x on x.oid ${EQ} i.indexrelid
      join pg_catalog.pg_am m on m.oid ${EQ} x.relam and m.amname ${EQ} 'btree'
     where i.indrelid ${EQ} c.oid and i.indisunique), '[]') as keys
  from pg_catalog.pg_class c join pg_catalog.pg_namespace s on s.oid ${EQ} c.relnamespace
 where c.oid ${EQ} pg_catalog.to_regclass(${table})`
}
