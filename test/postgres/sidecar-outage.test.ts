import type { Socket } from 'node:net'
import { describe, expect, it } from 'vitest'
import { runPgate } from '../support/cli/cli.ts'
import { revisionText, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { samplesIn, withSidecar } from '../support/cli/sidecar.ts'
import { queryRows } from '../support/database/query.ts'
import {
  forwardTo,
  saysNothing,
  throughListener,
  withListener,
} from '../support/network/network.ts'
import { servers, type TestServer, urlOf, withDatabase } from '../support/servers/servers.ts'

/** A network that can be turned: to a server, to nothing, to a black hole. */
function turnable(url: string) {
  let serve = forwardTo(url)
  return {
    serve: (socket: Socket) => serve(socket),
    toServer: (another: string) => {
      serve = forwardTo(another)
    },
    toRefusal: () => {
      serve = (socket) => socket.resetAndDestroy()
    },
    toBlackHole: () => {
      serve = saysNothing
    },
  }
}

/** One small revision, so that any server will do; the folder's path. */
async function withOneRevision<T>(use: (env: Record<string, string>) => Promise<T>): Promise<T> {
  return withRevisionFolder(async (folder) => {
    const upgrade = 'create table things (id integer primary key);'
    await folder.write('a.sql', revisionText({ id: 'aaa', upgrade }))
    return use({ PGATE_MIGRATIONS: folder.path, PGATE_EXTENSIONS: '' })
  })
}

describe.each(servers().slice(0, 1))('the sidecar in an outage of $name', (server) => {
  it('stays alive and ready, says what it sees, and recovers by itself', async () => {
    await withOneRevision((env) =>
      withDatabase(server, async ({ url }) => {
        const network = turnable(url)
        await withListener(network.serve, async (listener) => {
          const its = { ...env, DATABASE_URL: throughListener(url, listener) }
          await withSidecar({ env: its }, async (sidecar) => {
            await sidecar.until('looked', ({ verify }) => verify.lastAt !== null)
            network.toRefusal()
            listener.reset()
            const lost = await sidecar.until('lost', ({ database }) => database.outage !== null)
            expect(lost).toMatchObject({ verdict: 'open', exitCode: 0 })
            expect(lost.database).toMatchObject({
              reachable: false,
              outage: { message: expect.stringMatching(/^127\.0\.0\.1:\d+: connection closed$/) },
            })
            const codes = async (...paths: readonly string[]) =>
              Promise.all(paths.map(async (path) => (await sidecar.get(path)).status))
            expect(await codes('/healthz', '/startupz', '/readyz', '/readyz?strict')).toEqual([
              200, 200, 200, 503,
            ])
            const samples = samplesIn(await (await sidecar.get('/metrics')).text())
            expect(samples.get('pgate_database_up')).toBe(0)
            expect(samples.get('pgate_gate_open')).toBe(1)
            await sidecar.until('asked again', ({ verify }) => verify.counts.unanswered >= 3)
            network.toServer(url)
            const back = await sidecar.until('back', ({ database }) => database.outage === null)
            expect(back.transitions.map(({ kind }) => kind)).toEqual(['back', 'lost', 'opened'])
            expect(await codes('/readyz?strict')).toEqual([200])
          })
        })
      }),
    )
  })

  it('ends within two seconds though the database does not answer', async () => {
    await withOneRevision((env) =>
      withDatabase(server, async ({ url }) => {
        const network = turnable(url)
        await withListener(network.serve, async (listener) => {
          const its = { ...env, DATABASE_URL: throughListener(url, listener) }
          await withSidecar({ env: its }, async (sidecar) => {
            await sidecar.until('looked', ({ verify }) => verify.lastAt !== null)
            const before = listener.accepted()
            network.toBlackHole()
            await sidecar.until('in the dark', () => listener.accepted() > before)
            const killedAt = performance.now()
            sidecar.kill('SIGTERM')
            expect(await sidecar.ended).toMatchObject({ exitCode: 0 })
            // Two seconds and the time that a busy machine takes to end a process.
            expect(performance.now() - killedAt).toBeLessThan(4_000)
          })
        })
      }),
    )
  })
})

const pairs = servers()
  .slice(1)
  .map((other, index) => ({ server: servers()[index], other }))
  .slice(0, 1)

describe.each(pairs)('the sidecar in a failover to $other.name', ({ server, other }) => {
  it('notices that another server answers', async () => {
    if (server === undefined) throw new Error('a pair of servers is two')
    await withOneRevision((env) =>
      withDatabase(server, async ({ url, name }) =>
        withTwin(other, name, async (twin) => {
          expect(await runPgate([], { env: { ...env, DATABASE_URL: twin } })).toMatchObject({
            exitCode: 0,
          })
          const network = turnable(url)
          await withListener(network.serve, async (listener) => {
            const its = { ...env, DATABASE_URL: throughListener(url, listener) }
            await withSidecar({ env: its }, async (sidecar) => {
              await sidecar.until('looked', ({ verify }) => verify.lastAt !== null)
              // The name and the database stay; what stands behind them is another server.
              network.toServer(twin)
              const status = await sidecar.until(
                'failed over',
                ({ transitions }) => transitions[0]?.kind === 'failover',
              )
              expect(status.transitions[0]?.message).toContain('another database cluster answers')
              expect(status).toMatchObject({ verdict: 'open', database: { reachable: true } })
              expect(status.database.server?.version).toMatch(new RegExp(`^${other.major}\\b`))
              expect(sidecar.log()).toContain('sidecar.failover')
            })
          })
        }),
      ),
    )
  })
})

/** Lends a database of a given name. */
async function withTwin<T>(
  on: TestServer,
  name: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  await queryRows(on.url, `create database "${name}"`)
  try {
    return await use(urlOf(on, name))
  } finally {
    await queryRows(on.url, `drop database "${name}" with (force)`)
  }
}
