import { once } from 'node:events'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { describe, expect, inject, it, vi } from 'vitest'
import type { FleetStatus } from '../../src/sidecar/fleet/fleet-status.ts'
import { runPgateHere } from '../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../support/cli/revision-folder.ts'
import { type RunningSidecar, samplesIn, withSidecar } from '../support/cli/sidecar.ts'
import { queryRows } from '../support/database/query.ts'
import { freePort } from '../support/docker/compose.ts'
import { forwardTo, withListener } from '../support/network/network.ts'
import { runDbmate } from '../support/peers/dbmate.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { anyServer, servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const UPGRADE = 'create table users (id integer primary key); create index users_i on users (id);'

interface Fleet {
  readonly folder: RevisionFolder
  readonly url: string
  readonly database: string
  readonly env: Readonly<Record<string, string>>
  /** Writes the list, a line each. */
  readonly list: (...lines: readonly string[]) => Promise<void>
}

/** A folder with one revision and its manifest, a database for schemas, and a list of targets. */
async function withFleet<T>(server: TestServer, use: (fleet: Fleet) => Promise<T>): Promise<T> {
  return withRevisionFolder((folder) =>
    withRevisionFolder((lists) =>
      withDatabase(server, async ({ url, name }) => {
        await folder.write('001.sql', revisionText({ id: '001', upgrade: UPGRADE }))
        const own = { PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' }
        const made = await runPgateHere(['manifest'], { env: { ...own, DATABASE_URL: url } })
        expect(made, made.stdout).toMatchObject({ exitCode: 0 })
        const env = { ...own, PGATE_FLEET: join(lists.path, 'targets'), PGATE_LOG_LEVEL: 'info' }
        const list = (...lines: readonly string[]) => lists.write('targets', lines.join('\n'))
        return use({ folder, url, database: name, env, list })
      }),
    ),
  )
}

const statusOf = async ({ get }: RunningSidecar): Promise<FleetStatus> =>
  (await get('/status')).json() as Promise<FleetStatus>

const POLL = { timeout: 40_000, interval: 100 }

describe.each(anyServer())('a sidecar of a fleet on $name', (server) => {
  it('opens the targets, shows and reports the one that drifts, and tries again what was away', async () => {
    const port = await freePort()
    const posts: string[] = []
    const hook = createServer((request, response) => {
      request.on('data', (chunk) => posts.push(String(chunk)))
      response.end()
    })
    await once(hook.listen(0, '127.0.0.1'), 'listening')
    const address = hook.address()
    await withFleet(server, async ({ url, env, list }) => {
      const away = new URL(url)
      away.host = `127.0.0.1:${port}`
      await list(`one ${url} one`, `two ${url} two`, `away ${away.href} three`)
      const own = {
        PGATE_WAIT_TIMEOUT: '2s',
        PGATE_NOTIFY_URL: `http://127.0.0.1:${typeof address === 'object' && address?.port}/`,
      }
      await withSidecar({ env: { ...env, ...own } }, async (sidecar) => {
        const { get } = sidecar
        const code = async (path: string) => (await get(path)).status
        const counts = async () => (await statusOf(sidecar)).counts
        await expect.poll(counts, POLL).toMatchObject({ targets: 3, open: 2, lost: 1 })
        await expect.poll(() => code('/readyz?share=0.6'), POLL).toBe(200)
        expect([await code('/healthz'), await code('/readyz')]).toEqual([200, 503])

        await withListener(
          forwardTo(url),
          async () => {
            await expect.poll(() => code('/startupz'), POLL).toBe(200)
            await queryRows(url, 'drop index two.users_i')
            await expect.poll(() => code('/readyz?strict'), POLL).toBe(503)
            const samples = samplesIn(await (await get('/metrics')).text())
            expect(samples.get('pgate_fleet_targets{state="shut"}')).toBe(1)
            expect(samples.get('pgate_target_exit_code{target="two"}')).toBe(60)
            const page = await (await get('/?state=shut')).text()
            expect(page).toContain('VERIFY_DRIFT')
            expect(page).not.toContain('<bdi>one</bdi>')
            await expect.poll(() => posts.join(), POLL).toContain('two (VERIFY_DRIFT)')
            await queryRows(url, 'create index users_i on two.users (id)')
            await expect.poll(() => code('/readyz?strict'), POLL).toBe(200)
          },
          { host: '127.0.0.1', port },
        )
        const { password } = new URL(url)
        const everything = await Promise.all(
          ['/', '/status', '/metrics'].map(async (path) => (await get(path)).text()),
        )
        for (const text of [...everything, ...posts, sidecar.log()]) {
          expect(text.replaceAll('postgres', '')).not.toContain(`:${password}@`)
          expect(text).not.toContain('://postgres')
        }
        sidecar.kill('SIGTERM')
        expect((await sidecar.ended).exitCode).toBe(0)
      })
    }).finally(() => hook.close())
  })
})

describe.each(servers({ docker: true }).slice(0, 1))('a fleet on $name', (server) => {
  it.each(['session', 'transaction'] as const)(
    'goes through a PgBouncer that pools by %s, and has nothing to do the next time',
    async (mode) => {
      await withPgbouncer(server, mode, (pooler) =>
        withFleet(server, async ({ url, database, env, list }) => {
          const pooled = pooler.urlOf(database)
          await list(...['a', 'b', 'c', 'd'].map((name) => `${name} ${pooled} ${name}`))
          const first = await runPgateHere(['fleet', '--json'], { env })
          expect(first, first.stdout).toMatchObject({ exitCode: 0 })
          expect(JSON.parse(first.stdout)).toMatchObject({ targets: 4, applied: 4 })
          const second = await runPgateHere(['fleet', '--json'], { env })
          expect(JSON.parse(second.stdout)).toMatchObject({ targets: 4, unchanged: 4 })
          const tables = "select count(*)::int as n from pg_tables where tablename = 'users'"
          expect(await queryRows(url, tables)).toEqual([{ n: 4 }])
        }),
      )
    },
  )
})

const { dbmate } = inject('environment')

// The real dbmate: the run's last lines say so where there is none.
describe.each(dbmate === undefined ? [] : anyServer())('a fleet with dbmate on $name', (server) => {
  vi.setConfig({ testTimeout: 60_000 })
  const FILE =
    '-- migrate:up\ncreate table users (id integer);\n-- migrate:down\ndrop table users;\n'

  /** Two databases, as targets of a folder that is dbmate's. */
  async function withTwo(
    use: (two: { folder: string; urls: string[]; env: Fleet['env'] }) => Promise<void>,
  ) {
    await withFleet(server, ({ env, list, url: first }) =>
      withDatabase(server, async ({ url: second }) =>
        withRevisionFolder(async (folder) => {
          await folder.write('20260101000000_users.sql', FILE)
          await list(`one ${first}`, `two ${second}`)
          await use({
            folder: folder.path,
            urls: [first, second],
            env: { ...env, PGATE_MIGRATIONS: folder.path },
          })
        }),
      ),
    )
  }

  it("reads the tool's folder, and writes each database's history as the tool does", async () => {
    await withTwo(async ({ folder, urls, env }) => {
      const { exitCode, stdout } = await runPgateHere(['fleet', '--json'], { env })
      expect({ exitCode, ...JSON.parse(stdout) }).toMatchObject({ exitCode: 0, applied: 2 })
      for (const url of urls) {
        const { output } = await runDbmate(dbmate ?? '', { url, folder }, 'status')
        expect(output).toContain('Pending: 0')
      }
    })
  })

  it('starts the tool itself once for each database, and not at all where nothing has changed', async () => {
    await withTwo(async ({ folder, env }) => {
      const script = `exec "$0" --no-dump-schema --migrations-dir "$1" --url "$DATABASE_URL?sslmode=disable" up`
      const command = ['sh', '-c', script, dbmate ?? '', folder]
      const run = async () => {
        const { stdout } = await runPgateHere(['fleet', '--json', '--', ...command], { env })
        return JSON.parse(stdout)
      }
      expect(await run()).toMatchObject({ exitCode: 0, targets: 2, applied: 2 })
      expect(await run()).toMatchObject({ exitCode: 0, targets: 2, unchanged: 2 })
    })
  })
})
