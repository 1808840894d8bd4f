import { describe, expect } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { anyServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

/**
 * A session that pgate has opened meets it before its first statement: far above what a busy machine
 * takes for that, and below what a revision takes here.
 */
const LIMIT_MS = 3_000
const PAUSE_MS = LIMIT_MS + 1_000

const SLOW = `CREATE TABLE t (id int); SELECT pg_sleep(${PAUSE_MS / 1000});`

/** Limits that a team sets for the sessions of its application; the last one since PostgreSQL 17. */
const LIMITS = [
  'idle_in_transaction_session_timeout',
  'idle_session_timeout',
  'transaction_timeout',
] as const

describe.concurrent.each(anyServer({ since: 17 }))(
  'a limit of the application on $name',
  (server) => {
    const it = testOn(server)

    const gate = (url: string, path: string, args: readonly string[] = []) =>
      runPgate(args, {
        env: { DATABASE_URL: url, PGATE_MIGRATIONS: path, PGATE_EXTENSIONS: '' },
      })

    it.each(['auto', 'off'] as const)(
      'ends no revision that takes longer (transaction: %s)',
      async (mode) => {
        await withRevisionFolder(async (folder) => {
          await folder.write('a.sql', revisionText({ id: 'a', transaction: mode, upgrade: SLOW }))
          await withDatabase(server, async ({ url, name }) => {
            for (const limit of LIMITS) {
              await queryRows(url, `alter database "${name}" set ${limit} = ${LIMIT_MS}`)
            }
            const result = await gate(url, folder.path)
            expect(result.exitCode, result.stdout + result.stderr).toBe(0)
          })
        })
      },
    )

    it('ends no module that pauses within its transaction', async ({
      folder,
      database: { url, name },
    }) => {
      await folder.write(
        'a.ts',
        `export const revision = 'a'
export const revises = null
export async function upgrade(db: { query(sql: string): Promise<unknown> }) {
  await db.query('create table t (id int)')
  await new Promise((resolve) => setTimeout(resolve, ${PAUSE_MS}))
  await db.query('insert into t values (1)')
}
`,
      )

      for (const limit of LIMITS) {
        await queryRows(url, `alter database "${name}" set ${limit} = ${LIMIT_MS}`)
      }
      const result = await gate(url, folder.path)
      expect(result.exitCode, result.stdout + result.stderr).toBe(0)
      expect(await queryRows(url, 'select id from t')).toEqual([{ id: 1 }])
    })

    it.each(LIMITS)(
      '%s that a revision sets itself is named, and is no cause to try again',
      async (limit) => {
        await withRevisionFolder(async (folder) => {
          const upgrade = `SET ${limit} = '300ms'; ${limit === 'transaction_timeout' ? 'SELECT pg_sleep(2);' : ''}`
          const pause = `export const revision = 'a'
export const revises = null
export async function upgrade(db: { query(sql: string): Promise<unknown> }) {
  await db.query("${upgrade.replaceAll(/;\s*$/g, '')}")
  await new Promise((resolve) => setTimeout(resolve, 1500))
  await db.query('select 1')
}
${limit === 'idle_session_timeout' ? "export const transaction = 'off'" : ''}
`
          await folder.write('a.ts', pause.replace(`; SELECT pg_sleep(2)`, ''))
          await withDatabase(server, async ({ url }) => {
            const result = await gate(url, folder.path, ['--json'])
            const { code, message, retriable } = JSON.parse(result.stdout)
            expect({ exitCode: result.exitCode, code, retriable }).toEqual({
              exitCode: 53,
              code: 'SESSION_LIMIT',
              retriable: false,
            })
            expect(message).toContain(limit)
          })
        })
      },
    )

    it('is no matter to a verify that takes longer than it', async ({
      folder,
      database: { url, name },
    }) => {
      await folder.write('a.sql', revisionText({ id: 'a', upgrade: 'CREATE TABLE t (id int);' }))

      for (const limit of LIMITS) {
        await queryRows(url, `alter database "${name}" set ${limit} = '20s'`)
      }
      expect((await gate(url, folder.path)).exitCode).toBe(0)
      expect((await gate(url, folder.path, ['verify'])).exitCode).toBe(0)
    })

    it("of an administrator is reported in the server's own words", async ({
      folder,
      database: { url },
    }) => {
      await folder.write('a.sql', revisionText({ id: 'a', upgrade: 'SELECT pg_sleep(20);' }))

      await withClient(url, async (admin) => {
        const running = gate(url, folder.path, ['--json'])
        const ended = `select pg_terminate_backend(pid) from pg_stat_activity
             where query like '%pg_sleep(20)%' and pid <> pg_backend_pid() and state = 'active'
               and datname = current_database()`
        await expect
          .poll(async () => (await admin.query(ended)).rowCount, { timeout: 20_000 })
          .toBe(1)
        const { exitCode, stdout } = await running
        expect(exitCode).toBe(54)
        expect(JSON.parse(stdout).message).toContain(
          'terminating connection due to administrator command (SQLSTATE 57P01)',
        )
      })
    })
  },
)
