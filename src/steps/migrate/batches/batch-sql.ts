import { quoteIdentifier, quoteLiteral } from '../../../postgres/sql/identifier.ts'
import type { Key, KeyColumn } from './key.ts'

/** A key's values as PostgreSQL writes them, in the order of its columns. */
export type KeyValues = readonly string[]

/** From which key, that one left out, up to which. */
export interface KeyRange {
  /** `null`: from the first on. */
  readonly after: KeyValues | null
  readonly upTo: KeyValues
}

/**
 * What lets the server walk the key's index in its order, whatever it believes of the table: statistics
 * that are old, or know nothing of a key of several columns, make it read all of the table for each batch.
 * What it may not do counts as very dear, and a dear query is compiled first: longer than a batch takes.
 */
export const WALK: readonly string[] = [
  ...['seqscan', 'bitmapscan', 'sort'].map((way) => `set local enable_${way} = off`),
  'set local jit = off',
  'set local extra_float_digits = 1',
]

/**
 * Back to what the role has; and the rows of a batch were read a moment ago, so that to fetch each by its
 * key costs nearly nothing, which the server does not know.
 */
export const WORK: readonly string[] = [
  ...['enable_seqscan', 'enable_bitmapscan', 'enable_sort', 'jit'].map(
    (setting) => `set local ${setting} to default`,
  ),
  'set local extra_float_digits to default',
  'set local random_page_cost = 0.1',
]

/** One row, `key`: the greatest key; none where the table is empty. */
export function greatestKeySql({ relation, columns }: Key): string {
  return `select ${valuesOf(columns)} as key from ${relation} k order by ${order(columns, 'greater')} limit 1`
}

/**
 * One row: how many of the next `rows` keys of the range there are, `count`; an array of each column's, as
 * text, `keys`; and the last of them, `last`: where there is no key left, and no row to be locked, `null`.
 * Locks the rows. What is last is asked without a lock: a key that changes while its lock is waited for must
 * not move the bound.
 */
export function lockKeysSql(key: Key, range: KeyRange, rows: number): string {
  const { columns } = key
  const end = columns.map((column, index) => literal(column, range.upTo[index]))
  const next = `select ${names(columns)} ${source(key, range.after, end)} order by ${order(columns, 'less')} limit ${rows}`
  const bound = columns.map(({ name }, index) => {
    return `coalesce((select l.${quoteIdentifier(name)} from last l), ${end[index]})`
  })
  const locked = `select ${names(columns)} ${source(key, range.after, bound)} order by ${order(columns, 'less')} for no key update of k`
  const arrays = columns.map(
    ({ name }) => `pg_catalog.array_agg(k.${quoteIdentifier(name)})::pg_catalog.text`,
  )
  return `with last as materialized (select * from (${next}) k order by ${order(columns, 'greater')} limit 1)
    select pg_catalog.count(*)::integer as count, array[${arrays.join(', ')}] as keys,
           (select ${valuesOf(columns)} from last k) as last from (${locked}) k`
}

/** What stands in `with batch as (…)`: the keys, of which an array of each column is given. */
export function batchSql(
  { columns }: Pick<Key, 'columns'>,
  arrays = columns.map((_, index) => `$${index + 1}`),
): string {
  const listed = columns.map(({ name, ownCollation }) => {
    const own = `k.${quoteIdentifier(name)}`
    return ownCollation === null
      ? own
      : `${own} collate ${ownCollation} as ${quoteIdentifier(name)}`
  })
  const given = columns.map(({ type }, index) => `${arrays[index]}::${type}[]`)
  const as = columns.map(({ name }) => quoteIdentifier(name))
  return `select ${listed.join(', ')} from rows from (${given.map((one) => `pg_catalog.unnest(${one})`).join(', ')}) as k (${as.join(', ')})`
}

/**
 * About how many keys there are, as `expected`: what ANALYZE knows, or as many as can be counted at
 * once; `null` where there are more.
 */
export function expectedSql({ relation }: Key): string {
  const oid = `${quoteLiteral(relation)}::pg_catalog.regclass`
  return `select case when known.least operator(pg_catalog.>=) 0 then known.all else counted.n end::double precision as expected
    from (select pg_catalog.min(c.reltuples) as least, pg_catalog.sum(c.reltuples::double precision) as "all" from pg_catalog.pg_class c
           where c.relkind operator(pg_catalog.=) 'r' and (c.oid operator(pg_catalog.=) ${oid}
              or c.oid operator(pg_catalog.=) any (array(select t.relid::pg_catalog.oid from pg_catalog.pg_partition_tree(${oid}) t where t.isleaf)))) known
    left join lateral (select nullif(pg_catalog.count(*), ${MOST_COUNTED}) as n from (select from ${relation} limit ${MOST_COUNTED}) r)
      counted on not coalesce(known.least operator(pg_catalog.>=) 0, false)`
}

/** Some tenths of a second. */
const MOST_COUNTED = 1_000_000

function source({ relation, columns }: Key, after: KeyRange['after'], upTo: readonly string[]) {
  const values = after && columns.map((column, index) => literal(column, after[index]))
  const lower = values === null ? '' : `${compare(columns, 'greater', values)} and `
  return `from ${relation} k where ${lower}${compare(columns, 'atMost', upTo)}`
}

function literal({ type }: KeyColumn, value = ''): string {
  return `${quoteLiteral(value)}::${type}`
}

function names(columns: readonly KeyColumn[]): string {
  return columns.map(({ name }) => `k.${quoteIdentifier(name)}`).join(', ')
}

function valuesOf(columns: readonly KeyColumn[]): string {
  return `array[${columns.map(({ name }) => `k.${quoteIdentifier(name)}::pg_catalog.text`).join(', ')}]`
}

function order(columns: readonly KeyColumn[], by: 'less' | 'greater'): string {
  return columns.map((column) => `${side(column)} using ${column[by]}`).join(', ')
}

/** With the index's collation, without which the index is of no use. */
function side({ name, collation }: KeyColumn): string {
  const own = `k.${quoteIdentifier(name)}`
  return collation === null ? own : `${own} collate ${collation}`
}

/** As a row, which an index answers at once; where its columns have operators of several names, one by one. */
function compare(
  columns: readonly KeyColumn[],
  by: 'greater' | 'atMost',
  values: readonly string[],
): string {
  const sides = columns.map((column, index) => ({
    ...{ column, left: side(column), right: values[index] ?? '' },
  }))
  const [first, ...others] = sides
  if (first === undefined) return 'true'
  const operator = first.column[by]
  if (others.length === 0) return `${first.left} ${operator} ${first.right}`
  if (others.every(({ column }) => column[by] === operator)) {
    return `(${sides.map(({ left }) => left).join(', ')}) ${operator} (${sides.map(({ right }) => right).join(', ')})`
  }
  const strict = by === 'greater' ? 'greater' : 'less'
  const inOrder = sides.reduceRight((rest, { column, left, right }, index) => {
    if (index === sides.length - 1) return `${left} ${column[by]} ${right}`
    return `(${left} ${column[strict]} ${right} or (${left} ${column.equal} ${right} and ${rest}))`
  }, '')
  // The first column alone is what the index can be entered by.
  const enter = by === 'greater' ? first.column.atLeast : operator
  return `${first.left} ${enter} ${first.right} and ${inOrder}`
}
