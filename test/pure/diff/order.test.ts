import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { difference } from '../../../src/diff/difference.ts'
import { differenceOf, handMade, sqlOf, table } from '../../support/diff/hand-made.ts'

const key = (column: string) => ({ definition: `PRIMARY KEY (${column})` })
const reference = (column: string, other: string) => ({
  definition: `FOREIGN KEY (${column}) REFERENCES public.${other}(id)`,
})

const TWO_TABLES = {
  ...table('a', ['id', 'b'], {
    'constraint public.a.a_pkey': key('id'),
    'constraint public.a.a_b': reference('b', 'b'),
  }),
  ...table('b', ['id', 'a'], {
    'constraint public.b.b_pkey': key('id'),
    'constraint public.b.b_a': reference('a', 'a'),
  }),
}

describe('the order of statements', () => {
  it('makes a table with its keys, behind the one that it refers to', () => {
    const { 'constraint public.a.a_b': _, ...oneWay } = TWO_TABLES
    expect(sqlOf(differenceOf({}, { ...oneWay, ...table('c', ['a']) }))).toEqual([
      'CREATE TABLE public.a ( id integer, b integer, CONSTRAINT a_pkey PRIMARY KEY (id) )',
      'CREATE TABLE public.b ( id integer, a integer, CONSTRAINT b_pkey PRIMARY KEY (id), CONSTRAINT b_a FOREIGN KEY (a) REFERENCES public.a(id) )',
      'CREATE TABLE public.c ( a integer )',
    ])
  })

  it('sets one foreign key apart where two tables refer to each other, and opens the circle to drop them', () => {
    expect(sqlOf(differenceOf({}, TWO_TABLES))).toEqual([
      'CREATE TABLE public.a ( id integer, b integer, CONSTRAINT a_pkey PRIMARY KEY (id) )',
      'CREATE TABLE public.b ( id integer, a integer, CONSTRAINT b_pkey PRIMARY KEY (id), CONSTRAINT b_a FOREIGN KEY (a) REFERENCES public.a(id) )',
      'ALTER TABLE public.a ADD CONSTRAINT a_b FOREIGN KEY (b) REFERENCES public.b(id)',
    ])
    expect(sqlOf(differenceOf(TWO_TABLES, {}))).toEqual([
      'ALTER TABLE public.a DROP CONSTRAINT a_b',
      'DROP TABLE public.b',
      'DROP TABLE public.a',
    ])
  })

  it('sets a default afterwards whose function takes a row of its table, and takes it off first', () => {
    const wanted = {
      ...table('t', ['id']),
      'column public.t.id': {
        type: 'integer',
        nullable: true,
        position: '1',
        default: 'public.next_of(NULL::public.t)',
      },
      'function public.next_of(public.t)': {
        arguments: 'one public.t',
        returns: 'integer',
        language: 'sql',
        body: 'select 1',
      },
    }
    const [checks, ...there] = sqlOf(differenceOf({}, wanted))
    expect(checks).toBe('SET LOCAL check_function_bodies = off')
    expect(there.map(firstWords)).toEqual([
      'CREATE TABLE public.t',
      'CREATE FUNCTION public.next_of(one',
      'ALTER TABLE public.t',
    ])
    expect(there.at(-1)).toContain('SET DEFAULT public.next_of(NULL::public.t)')
    expect(sqlOf(differenceOf(wanted, {})).map(firstWords)).toEqual([
      'ALTER TABLE public.t',
      'DROP FUNCTION public.next_of(public.t)',
      'DROP TABLE public.t',
    ])
  })

  it('makes a sequence, the column that counts by it, and then the one the property of the other', () => {
    const { 'column public.t.id': _, ...rest } = table('t', ['id'])
    const serial = {
      ...rest,
      'column public.t.id': {
        type: 'bigint',
        default: "nextval('public.t_s'::regclass)",
        position: '1',
      },
      'sequence public.t_s': {
        type: 'bigint',
        start: '1',
        increment: '1',
        min: '1',
        max: String(2n ** 63n - 1n),
        ownedBy: 'public.t.id',
      },
    }
    expect(sqlOf(differenceOf({}, serial))).toEqual([
      'CREATE SEQUENCE public.t_s',
      "CREATE TABLE public.t ( id bigint DEFAULT nextval('public.t_s'::regclass) )",
      'ALTER SEQUENCE public.t_s OWNED BY public.t.id',
    ])
    expect(sqlOf(differenceOf(serial, {}))).toEqual(['DROP TABLE public.t'])
  })

  it('drops what has a name before what takes it', () => {
    const statements = sqlOf(
      differenceOf(table('a', ['x']), { 'view public.a': { definition: ' SELECT 1;' } }),
    )
    expect(statements.map(firstWords)).toEqual(['DROP TABLE public.a', 'CREATE VIEW public.a'])
  })

  it('takes down what stands on a column that changes its type, and puts it up again', () => {
    const shop = (type: string) => ({
      ...table('t', ['n']),
      'column public.t.n': { type, nullable: true, position: '1', default: '1' },
      'view public.v': { definition: ' SELECT n FROM public.t;' },
      'column public.v.n': { type, position: '1' },
      'view public.w': { definition: ' SELECT n FROM public.v;' },
      'column public.w.n': { type, position: '1' },
      'index public.i': {
        table: 'public.t',
        definition: 'CREATE INDEX i ON public.t USING btree (n)',
      },
    })
    const { statements } = differenceOf(shop('integer'), shop('bigint'))
    expect(statements.map(({ sql }) => firstWords(sql))).toEqual([
      'DROP VIEW public.w',
      'DROP VIEW public.v',
      'ALTER TABLE public.t',
      'ALTER TABLE public.t',
      'ALTER TABLE public.t',
      'CREATE VIEW public.v',
      'CREATE VIEW public.w',
    ])
    expect(statements.filter(({ rewrites }) => rewrites).map(({ sql }) => sql)).toEqual([
      'ALTER TABLE public.t ALTER COLUMN n TYPE bigint',
    ])
  })

  it('is the same whatever the order in which the objects were read', () => {
    const from = { ...table('c', ['id', 'x']), ...table('d', ['id']) }
    const wanted = sqlOf(differenceOf(from, TWO_TABLES))
    fc.assert(
      fc.property(shuffled(from), shuffled(TWO_TABLES), (one, other) => {
        const found = difference(handMade(one), handMade(other), { renames: new Map() })
        expect(sqlOf(found)).toEqual(wanted)
      }),
    )
  })
})

describe('what is not written', () => {
  it('is the order of columns, which is named', () => {
    const { statements, unwritten } = differenceOf(
      table('t', ['a', 'c']),
      table('t', ['a', 'b', 'c']),
    )
    expect(statements.map(({ sql }) => sql)).toEqual(['ALTER TABLE public.t ADD COLUMN b integer'])
    expect(unwritten).toEqual([
      {
        key: 'table public.t',
        why: 'its columns stand in the order a, c, b, and not a, b, c: PostgreSQL adds a column at the end',
      },
    ])
  })

  it('is the drop of a kind that is kept, unless its table goes', () => {
    const views = { 'view public.v': { definition: ' SELECT a FROM public.t;' } }
    const keptKinds = new Set(['view'])
    expect(
      sqlOf(differenceOf({ ...table('t', ['a']), ...views }, table('t', ['a']), { keptKinds })),
    ).toEqual([])
    expect(sqlOf(differenceOf({ ...table('t', ['a']), ...views }, {}, { keptKinds }))).toEqual([
      'DROP VIEW public.v',
      'DROP TABLE public.t',
    ])
  })

  it('is a partition key that changes, and what hangs on it', () => {
    const parted = (how: string, bounds: string) => ({
      ...table('t', ['a']),
      'table public.t': { partitionKey: `${how} (a)` },
      ...table('t_1', ['a']),
      'table public.t_1': { partitionOf: 'public.t', bounds },
    })
    const { statements, unwritten } = differenceOf(
      parted('RANGE', 'FOR VALUES FROM (0) TO (9)'),
      parted('HASH', 'FOR VALUES WITH (modulus 1, remainder 0)'),
    )
    expect(statements).toEqual([])
    expect(unwritten.map((one) => one.key)).toEqual(['table public.t', 'table public.t_1'])
  })
})

describe('what a statement costs', () => {
  it('is said of what destroys and of what writes a table again', () => {
    const found = differenceOf(
      { ...table('gone', ['a']), ...table('t', ['a', 'b']) },
      {
        ...table('t', ['a']),
        'column public.t.a': { type: 'smallint', nullable: true, position: '1' },
      },
    )
    expect(found.statements).toEqual([
      {
        key: 'table public.gone',
        sql: 'DROP TABLE public.gone',
        destroys: 'the rows of public.gone',
      },
      {
        key: 'column public.t.b',
        sql: 'ALTER TABLE public.t DROP COLUMN b',
        destroys: 'the values of public.t.b',
      },
      {
        key: 'column public.t.a',
        sql: 'ALTER TABLE public.t ALTER COLUMN a TYPE smallint',
        rewrites: 'public.t',
      },
    ])
  })

  it('is a transaction of its own for the labels of an enum', () => {
    const [from, to] = [
      ['b', 'd'],
      ['a', 'b', 'c', 'd', 'e'],
    ].map((labels) => ({ 'enum public.e': { labels } }))
    const { statements } = differenceOf(from ?? {}, { ...to, ...table('t', ['a']) })
    expect(statements.map(({ sql, isApart }) => (isApart ? sql : 'later'))).toEqual([
      "ALTER TYPE public.e ADD VALUE 'a' BEFORE 'b'",
      "ALTER TYPE public.e ADD VALUE 'c' AFTER 'b'",
      "ALTER TYPE public.e ADD VALUE 'e'",
      'later',
    ])
  })
})

function firstWords(sql: string): string {
  return sql.split(/\s/).slice(0, 3).join(' ')
}

function shuffled<T>(record: Readonly<Record<string, T>>) {
  const entries = Object.entries(record)
  return fc
    .shuffledSubarray(entries, { minLength: entries.length })
    .map((all): Readonly<Record<string, T>> => Object.fromEntries(all))
}
