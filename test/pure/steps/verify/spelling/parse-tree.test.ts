import { beforeAll, describe, expect, it } from 'vitest'
import {
  type Equivalent,
  loadEquivalent,
} from '../../../../../src/steps/verify/spelling/parse-tree.ts'
import type { PrintedForm } from '../../../../../src/steps/verify/spelling/printed-form.ts'

let equivalent: Equivalent
beforeAll(async () => {
  equivalent = await loadEquivalent('with or without their table')
})

const SAME: readonly (readonly [PrintedForm, string, string])[] = [
  ['expression', '(a + (b * 2))', 'a + b * 2'],
  ['expression', "'x'::text", "CAST('x' AS text)"],
  ['expression', 'lower( name )', 'LOWER(name)'],
  ['constraint', 'CHECK (((a > 0) AND (b < 1)))', 'CHECK (a > 0 AND b < 1)'],
  [
    'constraint',
    'CHECK (((a)::text = ANY (ARRAY[1, 2])))',
    'CHECK ((a::text = ANY    (ARRAY[1, 2])))',
  ],
  ['statement', 'CREATE INDEX i ON public.t USING btree (a)', 'create index i on public.t (a)'],
  ['query', 'SELECT users.id FROM users', 'SELECT id FROM users'],
  ['query', 'SELECT public.users.id FROM users;', 'SELECT users.id FROM users'],
  ['query', 'SELECT 1 WHERE a = ANY (ARRAY[1])', ' SELECT 1\n WHERE (a = ANY (ARRAY[1]))'],
  ['sql body', 'RETURN (a + 1)', 'RETURN a + 1'],
  [
    'sql body',
    'BEGIN ATOMIC SELECT users.id FROM users; END',
    'BEGIN ATOMIC\n SELECT id\n FROM users;\nEND',
  ],
  ['arguments', 'a integer, b text DEFAULT (1)::text', 'a integer, b text DEFAULT 1::text'],
  ['arguments', 'OUT a integer, VARIADIC b text[]', 'OUT a integer,  VARIADIC b text[]'],
  ['partition key', 'RANGE (at)', 'range (at)'],
  ['expression', '((a AND b) AND (c AND d))', 'a AND b AND c AND d'],
  ['expression', 'a OR ((b OR c) OR (d AND (e AND f)))', '(((a OR b) OR c) OR (d AND e AND f))'],
  [
    'constraint',
    `CHECK (((s)::text = ANY ((ARRAY['a'::character varying, 'b'::character varying])::text[])))`,
    `CHECK (((s)::text = ANY (ARRAY[('a'::character varying)::text, ('b'::character varying)::text])))`,
  ],
  [
    'expression',
    `(ARRAY[c, ('x'::bpchar)::character(5)])::text[]`,
    `ARRAY[(c)::text, (('x'::bpchar)::character(5))::text]`,
  ],
  ['bounds', "FOR VALUES FROM ('1') TO (MAXVALUE)", "for values from ('1') to (maxvalue)"],
]

const OTHER: readonly (readonly [PrintedForm, string, string])[] = [
  ['expression', '(a + b) * 2', 'a + b * 2'],
  ['expression', "'x'::text", "'x'"],
  ['expression', '1', '1.0'],
  ['expression', '(a AND b) OR c', 'a AND (b OR c)'],
  ['expression', 'a AND b AND c', 'a AND c AND b'],
  ['expression', 'NOT (NOT a)', 'NOT a'],
  ['expression', `('a'::varchar)::text`, `'a'::varchar`],
  ['expression', `(ARRAY['a'::varchar])::text[]`, `ARRAY['a'::varchar]`],
  ['expression', `(ARRAY['a'::varchar])::text[]`, `ARRAY[('b'::varchar)::text]`],
  ['expression', `(ARRAY['a'::text])::varchar(2)[]`, `ARRAY[('a'::text)::varchar(3)]`],
  // What may be an array is made a text by the one and an array of texts by the other.
  ['expression', '(ARRAY[a])::text[]', 'ARRAY[(a)::text]'],
  ['expression', `(ARRAY['{a}'::text[]])::text[]`, `ARRAY[('{a}'::text[])::text]`],
  ['expression', `(ARRAY['{a}'::app.text])::text[]`, `ARRAY[('{a}'::app.text)::text]`],
  ['expression', `(ARRAY['a'::text])::text[][]`, `ARRAY[('a'::text)::text]`],
  ['constraint', 'CHECK (a > 0)', 'CHECK (a >= 0)'],
  ['constraint', 'CHECK (a > 0)', 'CHECK (a > 0) NO INHERIT'],
  ['statement', 'CREATE INDEX i ON t (a)', 'CREATE UNIQUE INDEX i ON t (a)'],
  ['statement', 'CREATE INDEX i ON t (a)', 'CREATE INDEX i ON t (a DESC)'],
  ['query', 'SELECT users.id FROM users', 'SELECT orders.id FROM users'],
  ['query', 'SELECT id FROM users', 'SELECT name FROM users'],
  ['query', 'SELECT * FROM users', 'SELECT id FROM users'],
  ['query', 'SELECT a FROM t', 'SELECT DISTINCT a FROM t'],
  ['query', 'SELECT a FROM t', 'SELECT a FROM t, u'],
  ['query', 'not sql', 'not sql'],
  ['arguments', 'a integer', 'a bigint'],
  ['partition key', 'RANGE (at)', 'LIST (at)'],
]

describe('two spellings', () => {
  it.each(SAME)('of one %s are the same: %s', (form, one, other) => {
    expect(equivalent(form, one, other)).toBe(true)
    expect(equivalent(form, other, one)).toBe(true)
  })

  it.each(OTHER)('of another %s are not: %s', (form, one, other) => {
    expect(equivalent(form, one, other)).toBe(false)
    expect(equivalent(form, other, one)).toBe(false)
  })
})

describe('columns as written', () => {
  it('are the same only where both name their table, or neither does', async () => {
    const strict = await loadEquivalent('as written')
    expect(strict('query', 'SELECT users.id FROM users', 'SELECT id FROM users')).toBe(false)
    expect(strict('query', 'SELECT users.id FROM users', 'select (users.id) from users')).toBe(true)
  })
})

describe('a text nested too deeply for the parser', () => {
  it('is equivalent to none, and the parser goes on working', () => {
    const deep = '1+'.repeat(20_000)
    expect(equivalent('expression', `${deep}1`, `${deep}1`)).toBe(false)
    expect(equivalent('expression', '1 + 1', '1+1')).toBe(true)
  })
})
