import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { withSidecar } from '../support/cli/sidecar.ts'
import { withReader } from '../support/database/reader-role.ts'
import {
  forwardTo,
  saysNothing,
  throughListener,
  withListener,
} from '../support/network/network.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const NOWHERE = 'postgres://nobody:s3cr3t@127.0.0.1:1/nothing'

async function withUpgrade<T>(
  upgrade: string,
  use: (env: Record<string, string>) => Promise<T>,
): Promise<T> {
  return withRevisionFolder(async (folder) => {
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    return use({ PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' })
  })
}

const GOOD = 'create table things (id integer primary key);'

describe.each(servers().slice(0, 1))('a sidecar that starts on $name', (server) => {
  it('tries again what may pass by itself, and says meanwhile why the gate is not open', async () => {
    await withUpgrade(GOOD, (env) =>
      withDatabase(server, async ({ url }) => {
        let serve = saysNothing
        await withListener(
          (socket) => serve(socket),
          async (listener) => {
            const DATABASE_URL = throughListener(url, listener)
            const its = { ...env, DATABASE_URL, PGATE_WAIT_TIMEOUT: '300ms' }
            await withSidecar({ env: its }, async (sidecar) => {
              const shut = await sidecar.until('tried', ({ reason }) => reason !== null)
              expect(shut).toMatchObject({
                verdict: 'starting',
                exitCode: 30,
                reason: { code: 'NOT_READY' },
                openedAt: null,
                transitions: [],
              })
              const startup = await sidecar.get('/startupz')
              expect([startup.status, await startup.text()]).toEqual([
                503,
                expect.stringMatching(/^starting: NOT_READY: /),
              ])
              expect((await sidecar.get('/readyz')).status).toBe(503)
              expect((await sidecar.get('/healthz')).status).toBe(200)
              serve = forwardTo(url)
              await sidecar.until('opened', ({ verdict }) => verdict === 'open')
              expect((await sidecar.get('/startupz')).status).toBe(200)
            })
          },
        )
      }),
    )
  })

  it('ends with the code of the gate where nothing will pass by itself, and quotes no row', async () => {
    await withUpgrade(`select 'from a row'::integer;`, (env) =>
      withDatabase(server, async ({ url }) => {
        const its = { ...env, DATABASE_URL: url, PGATE_LISTEN: '127.0.0.1:0' }
        const ended = await runPgate(['sidecar'], { env: its })
        expect(ended.exitCode).toBe(53)
        expect(ended.stdout).toContain('pgate sidecar failed (exit 53, MIGRATION_FAILED)')
      }),
    )
  })

  it('lets PGATE_DEADLINE limit the way to an open gate, and nothing after it', async () => {
    await withUpgrade(GOOD, (env) =>
      withDatabase(server, async ({ url }) => {
        const its = { ...env, PGATE_DEADLINE: '1500ms' }
        await withSidecar({ env: { ...its, DATABASE_URL: url } }, async (sidecar) => {
          await sidecar.until('opened', ({ verdict }) => verdict === 'open')
          await delay(1_700)
          const { verify } = await sidecar.status()
          const more = verify.counts.passed
          await sidecar.until('still looks', ({ verify: now }) => now.counts.passed > more)
        })
        const never = { ...its, DATABASE_URL: NOWHERE, PGATE_LISTEN: '127.0.0.1:0' }
        const ended = await runPgate(['sidecar'], { env: { ...never, PGATE_DEADLINE: '1s' } })
        expect(ended).toMatchObject({ exitCode: 30 })
        expect(ended.stdout).toContain('PGATE_DEADLINE (1s) passed')
      }),
    )
  })

  it('answers on IPv6 where it is asked to, and refuses a port that is taken with 20', async () => {
    await withUpgrade(GOOD, (env) =>
      withDatabase(server, async ({ url }) => {
        const its = { ...env, DATABASE_URL: url, PGATE_LISTEN: '[::1]:0' }
        await withSidecar({ env: its }, async (sidecar) => {
          expect(sidecar.url).toMatch(/^http:\/\/\[::1\]:\d+$/)
          await sidecar.until('opened', ({ verdict }) => verdict === 'open')
          const taken = { ...its, PGATE_LISTEN: sidecar.url.replace('http://', '') }
          const ended = await runPgate(['sidecar'], { env: taken })
          expect(ended.exitCode).toBe(20)
          expect(ended.stdout).toContain('LISTEN_FAILED')
          expect(ended.stdout).toContain('(EADDRINUSE)')
        })
      }),
    )
  })

  it('verifies a database with nothing but the right to read, where the gate has nothing to do', async () => {
    await withUpgrade(GOOD, (env) =>
      withDatabase(server, async ({ url, name }) => {
        expect(await runPgate([], { env: { ...env, DATABASE_URL: url } })).toMatchObject({
          exitCode: 0,
        })
        const reads = {
          role: `r_${name}`.slice(0, 63),
          tables: ['alembic_version', 'pgate_journal'],
        }
        await withReader(url, reads, async (its) => {
          await withSidecar({ env: { ...env, DATABASE_URL: its } }, async (sidecar) => {
            const status = await sidecar.until('looked', ({ verify }) => verify.lastAt !== null)
            expect(status).toMatchObject({
              verdict: 'open',
              revisions: { current: ['aaa'] },
              database: { server: { timeline: expect.any(Number) } },
            })
            expect(status.runs.map(({ revision }) => revision)).toContain('aaa')
          })
        })
      }),
    )
  })
})

describe('a sidecar that is asked to stop before its gate has opened', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ] as const)('ends as the gate does: %s with %i', async (signal, exitCode) => {
    await withUpgrade(GOOD, async (env) => {
      await withSidecar({ env: { ...env, DATABASE_URL: NOWHERE } }, async (sidecar) => {
        await sidecar.status()
        sidecar.kill(signal)
        expect(await sidecar.ended).toMatchObject({ exitCode })
      })
    })
  })
})
