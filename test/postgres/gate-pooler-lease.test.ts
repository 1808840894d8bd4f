import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPgate, startPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { sized } from '../support/run/long.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

/** Waits until the revision inserts below, where a session lock of the test keeps it. */
const GUARDED = revisionText({
  id: 'aaaaaaaaaaaa',
  upgrade: `create table if not exists words (word text);
select pg_advisory_xact_lock(42);
insert into words values ('once');`,
})

/** The server is shared with tests of other databases. */
const SOMEBODY_WAITS = `exists (select from pg_locks join pg_stat_activity using (pid)
                                where not granted and datname = current_database())`

interface Scene {
  readonly direct: string
  readonly pooled: Readonly<Record<string, string>>
  readonly straight: Readonly<Record<string, string>>
}

describe.concurrent.each(servers({ docker: true }).slice(0, 1))(
  'the lease behind PgBouncer on $name',
  (server) => {
    async function withScene(use: (scene: Scene) => Promise<void>): Promise<void> {
      await withPgbouncer(server, 'transaction', (pooler) =>
        withDatabase(server, ({ url, name }) =>
          withRevisionFolder(async (folder) => {
            await folder.write('one.sql', GUARDED)
            const env = {
              PGATE_MIGRATIONS: folder.path,
              PGATE_EXTENSIONS: '',
              PGATE_VERIFY: 'off',
              PGATE_DDL_LOCK_TIMEOUT: '5m',
            }
            await use({
              direct: url,
              pooled: { ...env, DATABASE_URL: pooler.urlOf(name) },
              straight: { ...env, DATABASE_URL: url },
            })
          }),
        ),
      )
    }

    it('keeps a direct gate out while it is held, beats, and is given back', async () => {
      await withScene(async ({ direct, pooled, straight }) => {
        await withClient(direct, async (test) => {
          await test.query('select pg_advisory_lock(42)')
          const holder = startPgate([], { env: pooled })
          await holder.says(/Running upgrade/)
          const rival = await runPgate([], { env: { ...straight, PGATE_LOCK_TIMEOUT: '1s' } })
          expect(rival.exitCode).toBe(52)
          expect(rival.stdout).toContain('through a pooler')
          const other = await runPgate([], { env: { ...pooled, PGATE_LOCK_TIMEOUT: '1s' } })
          expect(other.exitCode).toBe(52)
          await untilTrue(direct, `expires_at > taken_at + interval '39 seconds'`)
          await test.query('select pg_advisory_unlock(42)')
          expect(await holder.ended).toMatchObject({ exitCode: 0 })
          expect(await queryRows(direct, 'select * from pgate_lease')).toEqual([])
        })
      })
    })

    it('waits for a direct gate, and says who that is', async () => {
      await withScene(async ({ direct, pooled, straight }) => {
        await withClient(direct, async (test) => {
          await test.query('select pg_advisory_lock(42)')
          const holder = startPgate([], { env: straight })
          await holder.says(/Running upgrade/)
          const rival = await runPgate([], { env: { ...pooled, PGATE_LOCK_TIMEOUT: '1s' } })
          expect(rival.exitCode).toBe(52)
          expect(rival.stdout).toMatch(/pgate \S+ from \S+ \(pid \d+/)
          await test.query('select pg_advisory_unlock(42)')
          expect(await holder.ended).toMatchObject({ exitCode: 0 })
        })
      })
    })

    it('is given back when the holder is asked to stop', async () => {
      await withScene(async ({ direct, pooled }) => {
        await withClient(direct, async (test) => {
          await test.query('select pg_advisory_lock(42)')
          const holder = startPgate([], { env: pooled })
          await holder.says(/Running upgrade/)
          holder.kill('SIGTERM')
          expect(await holder.ended).toMatchObject({ exitCode: 143 })
          expect(await queryRows(direct, 'select * from pgate_lease')).toEqual([])
        })
      })
    })

    it('expires when its holder is killed, and another gate goes on', async () => {
      await withScene(async ({ direct, pooled }) => {
        await withClient(direct, async (test) => {
          await test.query('select pg_advisory_lock(42)')
          const holder = startPgate([], { env: pooled })
          await holder.says(/Running upgrade/)
          holder.kill('SIGKILL')
          await holder.ended
          await test.query('select pg_advisory_unlock(42)')
          const left = sized({ sample: '29 seconds', whole: '0 seconds' })
          const sooner = `update pgate_lease set expires_at = expires_at - interval '${left}'
            returning expires_at < now() + interval '30 seconds' - interval '${left}' as soon`
          expect(await queryRows(direct, sooner)).toEqual([{ soon: true }])
          expect(await runPgate([], { env: pooled })).toMatchObject({ exitCode: 0 })
          expect(await queryRows(direct, 'select word from words')).toEqual([{ word: 'once' }])
        })
      })
    }, 120_000)

    it.each(['pooled', 'straight'] as const)(
      'keeps a stopped gate from committing after a %s one took over',
      async (successor) => {
        await withScene(async (scene) => {
          await withClient(scene.direct, async (test) => {
            await test.query('select pg_advisory_lock(42)')
            const holder = startPgate([], { env: scene.pooled })
            await holder.says(/Running upgrade/)
            await untilTrue(scene.direct, SOMEBODY_WAITS)
            holder.kill('SIGSTOP')
            await queryRows(scene.direct, 'update pgate_lease set expires_at = now()')
            const next = startPgate([], { env: scene[successor] })
            // Both wait for the version table's row or the test's lock: whichever is first, one commits.
            await next.says(/Running upgrade/)
            await test.query('select pg_advisory_unlock(42)')
            await delay(500)
            holder.kill('SIGCONT')
            const [stopped, went] = await Promise.all([holder.ended, next.ended])
            expect(stopped.exitCode).toBe(52)
            expect(stopped.stdout).toContain('LOCK_LOST')
            expect(went).toMatchObject({ exitCode: 0 })
            expect(await queryRows(scene.direct, 'select word from words')).toEqual([
              { word: 'once' },
            ])
          })
        })
      },
      90_000,
    )
  },
)

/** Looks ten times a second until the lease's row says so. */
async function untilTrue(url: string, condition: string): Promise<void> {
  for (let look = 0; look < 300; look += 1) {
    const rows = await queryRows(url, `select 1 from pgate_lease where ${condition}`)
    if (rows.length > 0) return
    await delay(100)
  }
  throw new Error(`never came true: ${condition}`)
}
