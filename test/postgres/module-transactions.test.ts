import { describe, expect, it } from 'vitest'
import { moduleText, withGatedModule } from '../support/cli/gated-module.ts'
import { queryRows } from '../support/database/query.ts'
import { share } from '../support/run/long.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers } from '../support/servers/servers.ts'

/** What a module gives db.query to end the transaction that pgate has begun for it. */
const ENDINGS = [
  `db.query('commit')`,
  `db.query('/* done */ -- really\\n  CoMmIt work')`,
  `db.query('select 1; end')`,
  `db.query('rollback')`,
  `db.query('rollback; begin')`,
  `db.query('commit; begin')`,
  `db.query('commit and chain')`,
  `db.query('abort')`,
  `db.query('begin')`,
  `db.query('start transaction')`,
  `db.query("prepare transaction 'x'")`,
  `db.query('commit', [])`,
  `db.query('commit').catch(() => {})`,
  `(db.query('commit').catch(() => {}), 0)`,
] as const

/** What the parser takes for a string and the server, with that setting, for a COMMIT. */
const HIDDEN = [
  String.raw`db.query("select '\\' , '; commit; --'")`,
  String.raw`db.query("select '\\' , '; commit; begin; --'")`,
  String.raw`db.query("select '\\' , '; rollback; begin; --'")`,
] as const

const VERSIONS = 'select version_num from alembic_version'
const MADE = "select to_regclass('made') is not null as made"

describe.each(servers().slice(0, 1))("a module's transaction, on $name,", (server) => {
  it.each(share(ENDINGS, { part: 0, of: 2 }))(
    'is not ended by %s, which is not sent',
    async (ending) => {
      const text = moduleText(
        `await db.query('create table made ()'); await ${ending}; await db.query('create table more ()')`,
      )
      await withGatedModule(server, text, async ({ url, run }) => {
        for (const _ of [1, 2]) {
          const { exitCode, stdout } = await run()
          expect(stdout).toMatch(/would end the transaction .*nothing of it is left/)
          expect(exitCode).toBe(53)
          expect(await queryRows(url, MADE)).toEqual([{ made: false }])
          expect(await queryRows(url, VERSIONS)).toEqual([])
        }
      })
    },
  )

  it.each(share(HIDDEN, { part: 1, of: 2 }))(
    'that %s has ended all the same is noticed, and never taken for applied',
    async (ending) => {
      const text = moduleText(
        `await db.query('create table made ()')
  await db.query('set standard_conforming_strings = off')
  await ${ending}
  await db.query('create table more ()')`,
      )
      await withGatedModule(server, text, async ({ url, run }) => {
        const first = await run()
        expect(first.exitCode).toBe(53)
        expect(first.stdout).toContain('ended the transaction')
        expect(first.stdout).not.toContain('nothing of it is left')
        expect(await run()).toMatchObject({ exitCode: 53 })
        expect(await queryRows(url, VERSIONS)).toEqual([])
      })
    },
  )

  it('is noticed through a pooler, too', async () => {
    await withPgbouncer(server, 'transaction', async (pooler) => {
      for (const ending of [ENDINGS[0], HIDDEN[0], HIDDEN[1]]) {
        const text = moduleText(
          `await db.query('set standard_conforming_strings = off'); await ${ending}`,
        )
        await withGatedModule(
          server,
          text,
          async ({ url, run }) => {
            expect(await run()).toMatchObject({ exitCode: 53 })
            expect(await queryRows(url, VERSIONS)).toEqual([])
          },
          (_, name) => pooler.urlOf(name),
        )
      }
    })
  })

  it('takes savepoints of its own, and words that only look like an end', async () => {
    const text = moduleText(`
  await db.query('savepoint mine; create table no ()')
  await db.query('rollback to savepoint mine')
  await db.query("select case when true then 'commit' end -- commit;")
  await db.query("do $$ begin create table made (); end $$")
  await db.query('create function f() returns int begin atomic select 1; end')`)
    await withGatedModule(server, text, async ({ url, run }) => {
      expect(await run()).toMatchObject({ exitCode: 0 })
      expect(await queryRows(url, `${MADE}, to_regclass('no') as no`)).toEqual([
        { made: true, no: null },
      ])
    })
  })

  it('has failed where a query of it has, and the module hides it', async () => {
    const text = moduleText(`await db.query('select 1/0').catch(() => {})`)
    await withGatedModule(server, text, async ({ url, run }) => {
      const { exitCode, stdout } = await run()
      expect(stdout).toContain('a query of upgrade() failed')
      expect(exitCode).toBe(53)
      expect(await queryRows(url, VERSIONS)).toEqual([])
    })
  })

  it('takes nothing but a text and values', async () => {
    for (const wrong of [
      `{ text: 'commit' }`,
      `'select 1\\0; commit'`,
      `['commit']`,
      `'select 1', 5`,
    ]) {
      await withGatedModule(
        server,
        moduleText(`await db.query(${wrong})`),
        async ({ url, run }) => {
          const { exitCode, stdout } = await run()
          expect(stdout).toContain('db.query')
          expect(exitCode).toBe(53)
          expect(await queryRows(url, VERSIONS)).toEqual([])
        },
      )
    }
  })

  it('holds the queries that the module did not await, and none that come later', async () => {
    const late = `db.query('create table made ()'); setTimeout(() => db.query('drop table made'), 300)`
    await withGatedModule(server, moduleText(late), async ({ url, run }) => {
      await run()
      expect(await queryRows(url, MADE)).toEqual([{ made: true }])
    })
  })

  describe("with transaction = 'off'", () => {
    const OFF = `export const transaction = 'off'`

    it('is its own, which it may begin and end', async () => {
      const text = moduleText(
        `await db.query('begin'); await db.query('create table made ()'); await db.query('commit')`,
        OFF,
      )
      await withGatedModule(server, text, async ({ url, run }) => {
        expect(await run()).toMatchObject({ exitCode: 0 })
        expect(await queryRows(url, MADE)).toEqual([{ made: true }])
      })
    })

    it.each([
      ['', 'returned with a transaction open'],
      [`throw new Error('boom')`, 'boom'],
      [`await db.query('select 1/0').catch(() => {})`, 'returned with a transaction open'],
    ])('is rolled back where it is left open: %s', async (end, reported) => {
      const text = moduleText(
        `await db.query('create table stays ()'); await db.query('begin'); await db.query('create table made ()'); ${end}`,
        OFF,
      )
      await withGatedModule(server, text, async ({ url, run }) => {
        const { exitCode, stdout } = await run()
        expect(exitCode).toBe(53)
        expect(stdout).toContain(reported)
        expect(stdout).not.toMatch(/othing of it is left/)
        expect(stdout).toMatch(/had (done|committed) before stands/)
        expect(await queryRows(url, MADE)).toEqual([{ made: false }])
        expect(await queryRows(url, VERSIONS)).toEqual([])
      })
    })
  })
})
