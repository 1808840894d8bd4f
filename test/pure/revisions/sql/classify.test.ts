import { describe, expect, it } from 'vitest'
import type { SqlBody } from '../../../../src/revisions/file/revision.ts'
import { splitStatements as read } from '../../../../src/revisions/sql/split.ts'
import { section } from '../support.ts'

const OUTSIDE = [
  'create index concurrently i on t (a)',
  'create unique index concurrently if not exists i on t (a)',
  'drop index concurrently i',
  'reindex table concurrently t',
  'reindex (verbose, concurrently) index i',
  'reindex (concurrently on) index i',
  'reindex schema s',
  'reindex database d',
  'reindex system d',
  'vacuum',
  'vacuum (analyze) t',
  'cluster',
  'cluster verbose',
  'discard all',
  'create database d',
  'drop database d',
  'alter database d set tablespace s',
  "create tablespace s location '/x'",
  'drop tablespace s',
  'alter system set work_mem = 1',
  'alter system reset all',
  'alter table p detach partition q concurrently',
  "create subscription s connection '' publication p",
  "create subscription s connection '' publication p with (create_slot)",
  'drop subscription s',
  'alter subscription s refresh publication',
  'alter subscription s set publication p',
  'alter subscription s add publication p with (copy_data = false)',
  'alter subscription s set (failover = true)',
  'do $$ begin update t set a = 1; commit; end $$',
  'do language plpgsql $$ begin rollback; end $$',
]

const INSIDE = [
  'create index i on t (a)',
  'drop index i',
  'drop table t',
  'reindex table t',
  'reindex (concurrently false) index i',
  'analyze t',
  'cluster t using i',
  'discard plans',
  'refresh materialized view concurrently v',
  "alter type e add value 'x'",
  'alter table p detach partition q',
  'alter table p detach partition q finalize',
  'alter database d set work_mem = 1',
  "create subscription s connection '' publication p with (create_slot = false)",
  "create subscription s connection '' publication p with (connect = off)",
  'alter subscription s set publication p with (refresh = false)',
  'alter subscription s disable',
  'alter subscription s set (synchronous_commit = off)',
  'do $$ begin perform 1; end $$',
  "do $$ begin raise notice 'commit'; -- rollback\nend $$",
  'do language plpython3u $$ plpy.commit() $$',
  'create procedure p() language plpgsql as $$ begin commit; end $$',
  'lock table t',
  'set local lock_timeout = 1',
  'truncate t',
  'call p()',
]

const splitStatements = async (body: SqlBody) =>
  (await read(body, { file: 'a.sql', transaction: 'auto' })).statements

describe('a statement', () => {
  it.each(OUTSIDE)('runs outside a transaction: %s', async (text) => {
    expect(await splitStatements(section(text))).toMatchObject([{ transactional: false }])
  })

  it.each(INSIDE)('runs inside a transaction: %s', async (text) => {
    expect(await splitStatements(section(text))).toMatchObject([{ transactional: true }])
  })

  it.each([
    ['call p()', true],
    ['drop subscription s', true],
    ['vacuum', undefined],
    ['select 1', undefined],
  ])('says whether only the server can know: %s', async (text, uncertain) => {
    const [statement] = await splitStatements(section(text))
    expect(statement?.uncertain).toBe(uncertain)
  })
})
