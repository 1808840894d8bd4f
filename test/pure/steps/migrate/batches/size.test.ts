import { expect, it } from 'vitest'
import {
  batchSql,
  lockKeysSql,
  WALK,
  WORK,
} from '../../../../../src/steps/migrate/batches/batch-sql.ts'
import { nextSize, type Size, smaller } from '../../../../../src/steps/migrate/batches/size.ts'

it('a batch is halved down to 100 rows, and no further', () => {
  let size: Size | undefined = { rows: 5000, good: 7 }
  const seen: number[] = []
  for (; size !== undefined; size = smaller(size, 5000)) seen.push(size.rows)
  expect(seen).toEqual([5000, 2500, 1250, 625, 312, 156, 100])
  expect(smaller({ rows: 30, good: 0 }, 30)).toBeUndefined()
})

it('it is doubled after each ten batches that came through, up to what was asked for', () => {
  let size: Size = { rows: 156, good: 0 }
  const seen = new Map<number, number>()
  for (let batch = 0; batch < 60; batch += 1) {
    seen.set(size.rows, (seen.get(size.rows) ?? 0) + 1)
    size = nextSize(size, 1000)
  }
  expect([...seen]).toEqual([
    [156, 10],
    [312, 10],
    [624, 10],
    [1000, 30],
  ])
})

const column = (name: string, schema = 'pg_catalog', collation: string | null = null) => ({
  ...{ name, type: 'text', collation, ownCollation: collation },
  ...{
    less: `operator(${schema}.<)`,
    atMost: `operator(${schema}.<=)`,
    equal: `operator(${schema}.=)`,
  },
  ...{ atLeast: `operator(${schema}.>=)`, greater: `operator(${schema}.>)` },
})
const key = (...columns: ReturnType<typeof column>[]) => ({
  ...{ relation: 'app."T"', statementTimeoutMs: 0, columns },
})

it('keys of one kind are compared as a row, in the collation of their index', () => {
  const asked = key(column('A'), column('b', 'pg_catalog', 'pg_catalog."C"'))
  expect(lockKeysSql(asked, { after: ['1', "x'"], upTo: ['9', '\\z'] }, 5)).toContain(
    `where (k."A", k."b" collate pg_catalog."C") operator(pg_catalog.>) ('1'::text, 'x'''::text) and (k."A", k."b" collate pg_catalog."C") operator(pg_catalog.<=) ('9'::text,  E'\\\\z'::text) order by k."A" using operator(pg_catalog.<), k."b" collate pg_catalog."C" using operator(pg_catalog.<) limit 5`,
  )
  // The rows are locked up to the last of these, which a key that changes meanwhile does not move.
  expect(lockKeysSql(asked, { after: null, upTo: ['9', 'z'] }, 5)).toContain(
    `(k."A", k."b" collate pg_catalog."C") operator(pg_catalog.<=) (coalesce((select l."A" from last l), '9'::text), coalesce((select l."b" from last l), 'z'::text)) order by k."A" using operator(pg_catalog.<), k."b" collate pg_catalog."C" using operator(pg_catalog.<) for no key update of k`,
  )
  expect(batchSql(asked)).toBe(
    'select k."A", k."b" collate pg_catalog."C" as "b" from rows from (pg_catalog.unnest($1::text[]), pg_catalog.unnest($2::text[])) as k ("A", "b")',
  )
})

it('keys whose columns have operators of several schemas are compared column by column', () => {
  const sql = lockKeysSql(
    key(column('a'), column('b', 'ext')),
    { after: ['1', '2'], upTo: ['9', '8'] },
    5,
  )
  expect(sql).toContain(
    `k."a" operator(pg_catalog.>=) '1'::text and (k."a" operator(pg_catalog.>) '1'::text or (k."a" operator(pg_catalog.=) '1'::text and k."b" operator(ext.>) '2'::text))`,
  )
  expect(sql).toContain(
    `k."a" operator(pg_catalog.<=) '9'::text and (k."a" operator(pg_catalog.<) '9'::text or (k."a" operator(pg_catalog.=) '9'::text and k."b" operator(ext.<=) '8'::text))`,
  )
})

it('looking for keys is never compiled, which takes longer than a batch; what was set goes back', () => {
  expect(WALK).toContain('set local jit = off')
  const set = WALK.map((text) => text.replace(/ = .+$/, ''))
  const back = WORK.filter((text) => text.endsWith(' to default'))
  expect([...back].sort()).toEqual(set.map((text) => `${text} to default`).sort())
})
