import type { RawPart, RawView } from './raw-schema.ts'
import {
  type Column,
  countOfPartitions,
  isPartitioned,
  type Model,
  REFERRING,
  type Table,
} from './schema-model.ts'

/** The SQL that makes a random schema in an empty database; it runs as one text. */
export function schemaSql(model: Model): string {
  return [
    'create schema s1',
    'create schema "s 2"',
    ...typesSql(model),
    ...[...model.functions].map(([name, pick]) => functionSql(name, pick)),
    ...[...model.sequences].map(([name, pick]) => `create sequence ${name} ${SEQUENCES[pick % 3]}`),
    ...model.tables.flatMap(tableSql),
    ...model.tables.flatMap((table) => partsSql(table, model)),
    ...viewsSql(model),
  ].join(';\n')
}

const SEQUENCES = ['', 'as integer increment by 3 minvalue 3 maxvalue 900', 'start 7 cycle']

function typesSql({ enums, domains, composites }: Model): readonly string[] {
  const labels = (all: readonly string[]) => all.map((label) => `'${label}'`).join(', ')
  return [
    ...[...enums].map(([name, all]) => `create type ${name} as enum (${labels(all)})`),
    ...[...domains].map(
      ([name, pick]) => `create domain ${name} as ${DOMAINS[pick % DOMAINS.length]}`,
    ),
    ...[...composites].map(([name, all]) => `create type ${name} as (${all.join(', ')})`),
  ]
}

/** All take '1' to '12'. */
const DOMAINS = [
  'integer check (value > 0)',
  'text',
  `varchar(9) default '7' constraint few check (value in ('1', '2', '3') or length(value) < 9)`,
  'bigint not null default 3',
  'numeric(9,2) check (value < 1000) check (value > -5)',
]

/** `f0` and `s1.f1` are for expressions, `g0` for triggers, `"s 2".h0` for nothing. */
function functionSql(name: string, pick: number): string {
  if (name === 'g0') {
    const body = ['begin return new; end', 'begin return coalesce(new, old); end'][pick % 2]
    return `create function g0() returns trigger language plpgsql as '${body}'`
  }
  if (name === 's1.f1') {
    const body = [
      'return lower(a)',
      'return upper(a)',
      `as $$ select a || 'x' $$`,
      `begin atomic select trim(a); end`,
    ]
    return `create function s1.f1(a text) returns text language sql immutable ${body[pick % 4]}`
  }
  if (name === '"s 2".h0') {
    const argument = ['n integer', 'm integer default 3', 'n text', 'n integer, out o integer'][
      pick % 4
    ]
    return `create function "s 2".h0(${argument}) returns integer language sql as 'select 1'`
  }
  const body = ['return n + 1', 'return n * 2', `as 'select n - 1'`]
  return `create function f0(${pick > 7 ? 'n integer' : 'n integer, m integer default 1'}) returns ${pick % 2 ? 'integer' : 'bigint'}
    language sql immutable ${pick % 3 === 1 ? 'strict ' : ''}${body[pick % 3]}`
}

function tableSql({ name, raw, columns, hasKey }: Table): readonly string[] {
  const key = hasKey ? ', primary key (id)' : ''
  const isSplit = isPartitioned(raw)
  const body = `(${columns.map(columnSql).join(', ')}${key})`
  const made = `create ${raw.shape === 'unlogged' && !isSplit ? 'unlogged ' : ''}table ${name} ${body}${isSplit ? ' partition by hash (id)' : ''}`
  const secured = raw.shape === 'secured' ? [`alter table ${name} enable row level security`] : []
  if (!isSplit) return [made, ...secured]
  const count = countOfPartitions(raw)
  const partitions = Array.from(
    { length: count },
    (_, at) =>
      `create table ${partitionName(name, at)} partition of ${name} for values with (modulus ${count}, remainder ${at})`,
  )
  return [made, ...partitions, ...secured]
}

function partitionName(table: string, at: number): string {
  return table.endsWith('"') ? `${table.slice(0, -1)}_${at}"` : `${table}_${at}`
}

function columnSql(column: Column): string {
  const { name, type, isNullable, generated, identity } = column
  if (column.isSerial) return `${name} bigserial`
  if (identity) return `${name} ${type} generated ${identity.replace(/( \(|$)/, ' as identity$1')}`
  return [
    `${name} ${type}`,
    generated && `generated always as (${generated}) stored`,
    column.default && `default ${column.default}`,
    !isNullable && 'not null',
  ]
    .filter(Boolean)
    .join(' ')
}

/** What hangs on a table, each name once. */
function partsSql(table: Table, model: Model): readonly string[] {
  const made = new Map<string, string>()
  for (const part of table.raw.parts) {
    const column = table.columns[part.on % table.columns.length]
    const text = column && partSql(part, { table, column, model })
    if (text) made.set(partName(part, table), text)
  }
  return [...made.values()]
}

interface Place {
  readonly table: Table
  readonly column: Column
  readonly model: Model
}

/** One name a table for all sorts of constraints, so that one becomes another. */
function partName({ kind, slot }: RawPart, { raw }: Table): string {
  const letter = kind === 'check' || kind === 'unique' || kind === 'foreign key' ? 'k' : kind[0]
  return `${letter}${raw.slot}_${slot}`
}

function partSql(part: RawPart, place: Place): string | undefined {
  const { table, column, model } = place
  const name = partName(part, table)
  const isSplit = isPartitioned(table.raw)
  const { pick } = part
  if (part.kind === 'check')
    return `alter table ${table.name} add constraint ${name} check (${conditionOf(column, pick, model)})${pick > 9 && !isSplit ? ' not valid' : ''}`
  if (part.kind === 'unique') {
    const columns = pick % 2 && column.name !== 'id' ? `id, ${column.name}` : 'id'
    if (!hasOrder(column)) return undefined
    return pick > 6 && !isSplit
      ? `alter table ${table.name} add constraint ${name} unique (${columns}) deferrable`
      : `alter table ${table.name} add constraint ${name} unique (${columns})`
  }
  if (part.kind === 'foreign key') return foreignKeySql(name, part, place)
  if (part.kind === 'index') return indexSql(name, part, place)
  if (part.kind === 'policy')
    return `create policy ${name} on ${table.name} ${['', 'as restrictive for update', 'for select'][pick % 3]} using (${conditionOf(column, pick, model)})`
  if (part.kind === 'statistics') {
    if (column.name === 'id' || !hasOrder(column)) return undefined
    return `create statistics ${name} on id, ${column.name} from ${table.name}`
  }
  if (!model.functions.has('g0')) return undefined
  const event = [
    'before insert',
    `after update of ${column.name}`,
    'after delete',
    'before insert or update',
  ]
  return `create trigger ${name} ${event[pick % 4]} on ${table.name} for each row execute function g0()`
}

function hasOrder({ type }: Column): boolean {
  return !type.startsWith('json') && !/^(s1\.)?k\d/.test(type)
}

function foreignKeySql(name: string, part: RawPart, { table, column, model }: Place) {
  const isReferring = REFERRING.includes(column.name) && !isFilled(column)
  const others = model.tables.filter(
    (one) =>
      one.hasKey &&
      one.columns[0]?.type === column.type &&
      (isReferring
        ? one === table || one.raw.shape !== 'unlogged'
        : one === table && column.name === 'id'),
  )
  const other = others[part.pick % Math.max(1, others.length)]
  if (other === undefined) return undefined
  const action = ['', 'on delete cascade', 'on update cascade', 'deferrable initially deferred']
  return `alter table ${table.name} add constraint ${name} foreign key (${column.name}) references ${other.name} (id) ${action[part.pick % 4]}`
}

/** With values that nobody gives. */
function isFilled({ generated, identity, isSerial }: Column): boolean {
  return generated !== undefined || identity !== undefined || isSerial === true
}

function indexSql(name: string, { pick }: RawPart, { table, column, model }: Place) {
  if (!hasOrder(column)) return undefined
  const condition = conditionOf(column, pick, model)
  const shapes = [
    `index ${name} on ${table.name} (${column.name} desc)`,
    `index ${name} on ${table.name} (${column.name}, id) where ${condition}`,
    `unique index ${name} on ${table.name} (id, ${column.name})`,
    `index ${name} on ${table.name} ((${condition}))`,
    `index ${name} on ${table.name} (id) include (${column.name})`,
  ]
  return `create ${shapes[pick % shapes.length]}`
}

/** True of null and of every value that rows get. */
function conditionOf({ name, sort }: Column, pick: number, { functions }: Model): string {
  if (sort === 'integer' && pick % 3 === 0 && functions.has('f0'))
    return `f0(${name}::integer) > -99`
  if (sort === 'integer') return `${name} > ${-pick} or ${name} in (${-pick - 1}, -99)`
  if (sort === 'text' && pick % 3 === 0 && functions.has('s1.f1')) return `s1.f1(${name}) <> 'q'`
  if (sort === 'text') return `${name} not in ('q', '${pick}') and length(${name}) < 99`
  return `${name} is null or id is not null`
}

const VIEWS = ['v0', 's1.v1', '"s 2"."V 2"', 'v3']

/** Over tables and over the views before; none twice. */
function viewsSql({ raw, tables }: Model): readonly string[] {
  const sources = tables.map(({ name, columns }) => ({ name, columns: columns.map((c) => c.name) }))
  const texts: string[] = []
  const seen = new Set<number>()
  for (const view of raw.views) {
    const source = sources[view.source % sources.length]
    if (source === undefined || seen.has(view.slot)) continue
    seen.add(view.slot)
    const picked = new Set(view.columns.map((at) => source.columns[at % source.columns.length]))
    const columns = [...picked].flatMap((one) => one ?? [])
    const name = VIEWS[view.slot] ?? 'v0'
    texts.push(...viewSql(name, view, { columns, source: source.name }))
    sources.push({ name, columns: [...columns, 'total'] })
  }
  return texts
}

interface ViewBody {
  readonly columns: readonly string[]
  readonly source: string
}

function viewSql(name: string, { shape, pick }: RawView, { columns, source }: ViewBody) {
  const list = columns.filter((column) => column !== 'total').map((column) => `x.${column}`)
  const total = `count(*) over () + ${pick} as total`
  const select = `select ${[...list, total].join(', ')} from ${source} x`
  if (shape === 'filtered') return [`create view ${name} as ${select} where x is not null`]
  if (shape === 'joined')
    return [`create view ${name} as ${select} left join ${source} y on true limit ${pick}`]
  if (shape === 'plain') return [`create view ${name} as ${select}`]
  const made = [`create materialized view ${name} as ${select}`]
  const index = `create index on ${name} (total${pick % 2 ? ' desc' : ''})`
  return shape === 'indexed' ? [...made, index] : made
}
