import type { RawColumn, RawSchema, RawTable } from './raw-schema.ts'

/** A column of a random schema, as SQL has it. */
export interface Column {
  readonly name: string
  readonly type: string
  readonly sort: Sort
  readonly isNullable: boolean
  readonly default?: string
  readonly generated?: string
  readonly identity?: string
  readonly isSerial?: true
}

/** What expressions may do with it. */
type Sort = 'integer' | 'text' | 'other'

export interface Table {
  readonly name: string
  readonly raw: RawTable
  /** `id` first. */
  readonly columns: readonly Column[]
  readonly hasKey: boolean
}

/** A random schema, before it is SQL: what refers to nothing that there is has been left out. */
export interface Model {
  readonly raw: RawSchema
  readonly enums: ReadonlyMap<string, readonly string[]>
  readonly domains: ReadonlyMap<string, number>
  readonly composites: ReadonlyMap<string, readonly string[]>
  readonly functions: ReadonlyMap<string, number>
  readonly sequences: ReadonlyMap<string, number>
  readonly tables: readonly Table[]
}

const TABLES = ['t0', 's1.t1', '"s 2"."T.2"', 't3', 's1."order"']
const COLUMNS = ['c0', 'c1', 'c2', '"C 3"', '"select"', 'c5', 'c6']
const LABELS = ['a', 'b', 'c', `d''s`, 'E "x"', 'f']
const ID_TYPES = ['integer', 'bigint', 'uuid']
/** The columns that may reference another table's key: rows leave them null. */
export const REFERRING = ['c5', 'c6']

const PLAIN_TYPES: readonly (readonly [string, Sort])[] = [
  ['integer', 'integer'],
  ['text', 'text'],
  ['bigint', 'integer'],
  ['varchar(20)', 'text'],
  ['smallint', 'integer'],
  ['varchar(40)', 'text'],
  ['numeric(10,2)', 'other'],
  ['boolean', 'other'],
  ['timestamp with time zone', 'other'],
  ['date', 'other'],
  ['uuid', 'other'],
  ['jsonb', 'other'],
  ['text[]', 'other'],
  ['integer[]', 'other'],
  ['double precision', 'other'],
  ['bytea', 'other'],
]

/** The model of some draws. */
export function modelOf(raw: RawSchema): Model {
  const enums = bySlot(raw.enums, ['e0', 's1.e1'], ({ labels }) =>
    [...new Set(labels)].map((label) => LABELS[label] ?? 'a'),
  )
  const domains = bySlot(raw.domains, ['d0', '"s 2".d1'], (one) => one.pick)
  const composites = bySlot(raw.composites, ['k0', 's1.k1'], ({ attributes }) =>
    [...new Set(attributes)].map((at) => `a${at} ${PLAIN_TYPES[at]?.[0]}`),
  )
  const functions = bySlot(raw.functions, ['f0', 's1.f1', 'g0', '"s 2".h0'], (one) => one.pick)
  const sequences = bySlot(raw.sequences, ['q0', 's1.q1'], (one) => one.pick)
  const base = { raw, enums, domains, composites, functions, sequences }
  const tables = [...bySlot(raw.tables, TABLES, (one) => one)].map(([name, table]) => ({
    name,
    raw: table,
    columns: columnsOf(table, base),
    hasKey: table.shape !== 'no key',
  }))
  return { ...base, tables }
}

/** The key of a table with rows cannot change: whether it is partitioned goes by its name. */
export function isPartitioned({ slot }: RawTable): boolean {
  return slot === 3
}

/** None where it is not partitioned. */
export function countOfPartitions(raw: RawTable): number {
  return isPartitioned(raw) ? 1 + (raw.partitions.length % 3) : 0
}

function bySlot<T extends { readonly slot: number }, V>(
  all: readonly T[],
  names: readonly string[],
  value: (one: T) => V,
): ReadonlyMap<string, V> {
  return new Map(all.map((one) => [names[one.slot] ?? names[0] ?? '', value(one)]))
}

type Base = Omit<Model, 'tables'>

function columnsOf(table: RawTable, base: Base): readonly Column[] {
  const id: Column = {
    name: 'id',
    type: (isPartitioned(table) ? undefined : ID_TYPES[table.idType]) ?? 'integer',
    sort: table.idType < 2 || isPartitioned(table) ? 'integer' : 'other',
    isNullable: false,
  }
  const columns = [id]
  for (const [name, raw] of bySlot(table.columns, COLUMNS, (one) => one))
    columns.push(columnOf(name, raw, { base, table, before: [...columns] }))
  return columns
}

interface Surroundings {
  readonly base: Base
  readonly table: RawTable
  readonly before: readonly Column[]
}

function columnOf(name: string, raw: RawColumn, { base, table, before }: Surroundings): Column {
  const types: readonly (readonly [string, Sort])[] = [
    ...PLAIN_TYPES,
    ...[...base.enums.keys(), ...base.domains.keys(), ...base.composites.keys()].map(
      (type) => [type, 'other'] as const,
    ),
    ...[...base.enums.keys()].map((type) => [`${type}[]`, 'other'] as const),
  ]
  const [type, sort] = types[raw.type % types.length] ?? ['integer', 'integer']
  const plain = { name, type, sort, isNullable: true }
  if (raw.extra === 'generated') return generated(plain, raw, { base, before })
  if (raw.extra === 'identity' && !isPartitioned(table)) {
    const identity = ['always', 'by default', 'always (start with 5 increment by 3 cycle)'][
      raw.pick % 3
    ]
    return {
      ...plain,
      type: 'bigint',
      sort: 'integer',
      isNullable: false,
      ...(identity && { identity }),
    }
  }
  if (raw.extra === 'serial' && !isPartitioned(table))
    return { ...plain, type: 'bigint', sort: 'integer', isNullable: false, isSerial: true }
  const isNullable = raw.extra !== 'not null' && raw.extra !== 'both'
  const value = raw.extra === 'default' || raw.extra === 'both' ? defaultOf(plain, raw, base) : ''
  return { ...plain, isNullable, ...(value && { default: value }) }
}

function generated(
  plain: Column,
  raw: RawColumn,
  { base, before }: Omit<Surroundings, 'table'>,
): Column {
  const source = before.find((one) => one.sort === 'integer' && !one.generated)
  if (source === undefined) return plain
  const call = base.functions.has('f0') ? `f0(${source.name}::integer)` : source.name
  const expression = raw.pick % 2 ? `${call} * 2` : `${source.name} + ${raw.pick}`
  return { ...plain, type: 'bigint', sort: 'integer', generated: expression }
}

/** A default, by functions, sequences and casts where there are some. */
function defaultOf({ type, sort }: Column, { pick }: RawColumn, base: Base): string {
  const domain = base.domains.get(type)
  if (domain !== undefined) return `'${pick + 1}'`
  const labels = base.enums.get(type)
  if (labels) return `'${labels[pick % labels.length]}'`
  if (base.composites.has(type)) return 'null'
  if (base.enums.has(type.slice(0, -2))) return `'{}'`
  const [sequence] = base.sequences.keys()
  if (sort === 'integer' && pick > 8 && sequence) return `nextval('${sequence}')`
  if (sort === 'integer' && pick > 5 && base.functions.has('f0')) return `f0(${pick})`
  if (sort === 'integer') return `${pick}`
  if (sort === 'text') return ["'x'", "lower('Y')", "'it''s' || 'z'"][pick % 3] ?? ''
  return OTHER_DEFAULTS[type]?.[pick % 2] ?? ''
}

const OTHER_DEFAULTS: Readonly<Record<string, readonly [string, string]>> = {
  'numeric(10,2)': ['1.5', '-2'],
  boolean: ['true', '(1 > 2)'],
  'timestamp with time zone': ['now()', `'2024-01-01 00:00:00+01'`],
  date: ['current_date', `'2024-01-01'`],
  uuid: ['gen_random_uuid()', `'7a3e1f52-8f0b-4a83-9a55-2b1d3a2f6a11'`],
  jsonb: [`'{"a": 1}'`, `jsonb_build_object('a', 1)`],
  'text[]': [`'{}'`, `array['a', 'b']`],
  'integer[]': [`'{1,2}'`, 'array[1, 2]'],
  'double precision': ['0.1', '1e9'],
  bytea: [`'\\x00'`, `'a'::bytea`],
}
