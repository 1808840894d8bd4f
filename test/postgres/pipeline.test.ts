import { describe, expect, it } from 'vitest'
import { type Session, withSession } from '../../src/postgres/session/session.ts'
import { sqlstateOf } from '../../src/postgres/sql/sqlstate.ts'
import { databaseOf, patiently } from '../support/database/connect.ts'
import { forwardTo, throughListener, withListener } from '../support/network/network.ts'
import { anyServer } from '../support/servers/servers.ts'
import { schemaSources } from './verify-sources.ts'

const asTexts = (...texts: readonly string[]) => texts.map((text) => ({ text }))

async function rowsOf(session: Session, text: string): Promise<readonly unknown[]> {
  return (await session.query(text)).rows
}

describe.each(schemaSources())('a pipeline on $name', ({ lend }) => {
  it('brings the rows and counts of every statement, in order', async () => {
    await lend(async (session) => {
      const outcome = await session.pipeline([
        { text: 'create table t (a int, b text[])' },
        { text: 'insert into t values ($1, $2), (2, null)', values: [1, ['x', 'y,"z']] },
        { text: 'select a, b from t order by a' },
        { text: '' },
      ])
      expect(outcome).toEqual({
        results: [
          { rows: [], rowCount: 0 },
          { rows: [], rowCount: 2 },
          {
            rows: [
              { a: 1, b: ['x', 'y,"z'] },
              { a: 2, b: null },
            ],
            rowCount: 2,
          },
          { rows: [], rowCount: 0 },
        ],
      })
      expect(session.transactionStatus()).toBe('idle')
    })
  })

  it('takes more statements than a call takes arguments', async () => {
    await lend(async (session) => {
      const { results, failure } = await session.pipeline(
        Array.from({ length: 40_000 }, () => ({ text: 'select 1', flush: false })),
        () => {},
      )
      expect(failure).toBeUndefined()
      expect(results).toHaveLength(40_000)
    })
  })

  it('ends at the first failure: its index, its error, and nothing behind it', async () => {
    await lend(async (session) => {
      const { results, failure } = await session.pipeline(
        asTexts(
          'begin',
          'create table kept (a int)',
          'commit',
          'begin',
          'create table lost (a int)',
          'select 1 / 0',
          'create table never (a int)',
          'commit',
        ),
      )
      expect(results).toHaveLength(5)
      expect(failure?.index).toBe(5)
      expect(sqlstateOf(failure?.error)).toBe('22012')
      expect(session.transactionStatus()).toBe('failed')
      await session.query('rollback')
      const tables = `select tablename from pg_tables where tablename in ('kept', 'lost', 'never')`
      expect(await rowsOf(session, tables)).toEqual([{ tablename: 'kept' }])
    })
  })

  it('is one implicit transaction where no block is begun', async () => {
    await lend(async (session) => {
      const { failure } = await session.pipeline(
        asTexts('create table t (a int)', 'create table t (a int)'),
      )
      expect(failure?.index).toBe(1)
      expect(sqlstateOf(failure?.error)).toBe('42P07')
      expect(session.transactionStatus()).toBe('idle')
      expect(await rowsOf(session, `select 1 from pg_tables where tablename = 't'`)).toEqual([])
    })
  })

  it('reports each statement that was completed, and goes in turn with other queries', async () => {
    await lend(async (session) => {
      const answered: number[] = []
      const before = session.query('select 1 as one')
      const running = session.pipeline(
        asTexts('select 1', 'select 2', 'selec 3', 'select 4'),
        (at) => answered.push(at),
      )
      const after = session.query('select 2 as two')
      expect((await before).rows).toEqual([{ one: 1 }])
      expect((await running).failure?.index).toBe(2)
      expect((await after).rows).toEqual([{ two: 2 }])
      expect(answered).toEqual([0, 1])
    })
  })
})

describe.each(anyServer())('a pipeline through a proxy to $name', (server) => {
  it('says so, and does not throw, where the connection is lost under it', async () => {
    await withListener(forwardTo(server.url), async (proxy) => {
      const database = databaseOf(throughListener(server.url, proxy))
      await withSession(database, patiently(), async (session) => {
        const statements = asTexts('select 1', 'select pg_catalog.pg_sleep(30)', 'select 2')
        const running = session.pipeline(statements, (at) => at === 0 && proxy.reset())
        const { failure } = await running
        expect(failure).toMatchObject({ index: 1, error: { code: 'ECONNRESET' } })
        expect(await session.pipeline(asTexts('select 1'))).toMatchObject({
          results: [],
          failure: { index: 0, error: { code: 'ECONNRESET' } },
        })
      })
    })
  })
})

// The built-in PostgreSQL has no protocol of COPY for a pipeline.
describe.each(anyServer())('a pipeline on $name', (server) => {
  it.each([
    ['alone', []],
    ['behind another', ['select 1']],
  ])('does not wait for the data of a COPY that nobody gives, %s', async (_, before) => {
    await withSession(databaseOf(server.url), patiently(), async (session) => {
      await session.query('create temporary table copied (a int)')
      const { failure } = await session.pipeline(asTexts(...before, 'copy copied from stdin'))
      expect(failure?.index).toBe(before.length)
      expect(sqlstateOf(failure?.error)).toBe('57014')
      expect(await rowsOf(session, 'select 1 as one')).toEqual([{ one: 1 }])
    })
  })
})
