import type { Client } from 'pg'
import { describe, expect, it } from 'vitest'
import { type PgateResult, type RunningPgate, runPgate, startPgate } from '../support/cli/cli.ts'
import { type RevisionFolder, withRevisionFolder } from '../support/cli/revision-folder.ts'
import { gateLockKey } from '../support/database/gate-lock.ts'
import { queryRows, withClient } from '../support/database/query.ts'
import { lastLine } from '../support/docker/docker.ts'
import { locksHeld, untilCancelled, untilRuns } from '../support/faults/interrupt.ts'
import {
  FIRST,
  POOLED_SCENES,
  pendingFile,
  SCENES,
  type Scene,
} from '../support/faults/interrupt-scenes.ts'
import { saysNothing, withListener } from '../support/network/network.ts'
import { share } from '../support/run/long.ts'
import { withPgbouncer } from '../support/servers/pgbouncer.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const SIGNALS = [
  ['SIGTERM', 143],
  ['SIGINT', 130],
] as const
type Signal = (typeof SIGNALS)[number][0]

/**
 * Two seconds are promised, on a machine that does nothing else; what is not heeded lasts ten
 * minutes here.
 */
const ENDS_WITHIN_MS = 8_000

/** In a normal run one of the two in turn. */
const eachSignal = SCENES.flatMap((scene, index) =>
  share(SIGNALS, { part: index % 2, of: 2 }).map(([signal, exitCode]) => ({
    ...scene,
    signal,
    exitCode,
  })),
)

interface Place {
  readonly folder: RevisionFolder
  readonly env: Readonly<Record<string, string>>
  /** Straight to the server, also where pgate goes through a pooler. */
  readonly observer: Client
  readonly holder: Client
  readonly url: string
}

describe.each(servers({ docker: true }).slice(0, 1))('an interrupt on $name', (server) => {
  it.each(eachSignal)('cancels $during and ends with $exitCode on $signal', async (scene) => {
    await withPlace(
      server,
      (url) => url,
      async (place) => {
        await mustHeed(place, scene)
      },
    )
  })

  it.each(POOLED_SCENES)('cancels $during through a pooler', async (scene) => {
    await withPgbouncer(server, 'transaction', (pooler) =>
      withPlace(
        server,
        (_, name) => pooler.urlOf(name),
        async (place) => {
          await mustHeed(place, { ...scene, signal: 'SIGTERM', exitCode: 143 })
          const leases = `select from pg_class where relname = 'pgate_lease'`
          if ((await place.observer.query(leases)).rowCount === 0) return
          expect(await queryRows(place.url, 'select * from pgate_lease')).toEqual([])
        },
      ),
    )
  })

  it.each(SIGNALS)('ends a wait for the lock on %s with %d', async (signal, exitCode) => {
    await withPlace(
      server,
      (url) => url,
      async ({ env, holder }) => {
        await holder.query(`select pg_advisory_lock(${gateLockKey()})`)
        const gate = startPgate([], { env })
        await gate.says(/lock\.wait/)
        await endsSoon(gate, signal, exitCode)
      },
    )
  })

  it('ends a wait for the lease, which its holder keeps', async () => {
    await withPgbouncer(server, 'transaction', (pooler) =>
      withPlace(
        server,
        (_, name) => pooler.urlOf(name),
        async ({ env, url, folder, observer }) => {
          await folder.write(...pendingFile({ sql: 'select pg_sleep(600);' }))
          const holder = startPgate([], { env })
          await untilRuns(observer, holder, { runs: 'pg_sleep' })
          const waiter = startPgate([], { env })
          await waiter.says(/lock\.wait/)
          await endsSoon(waiter, 'SIGTERM', 143)
          expect(await queryRows(url, 'select * from pgate_lease')).toHaveLength(1)
          await endsSoon(holder, 'SIGTERM', 143)
          expect(await queryRows(url, 'select * from pgate_lease')).toEqual([])
        },
      ),
    )
  })

  it.each(SIGNALS)('ends the wait for a server that says nothing on %s with %d', async (...by) => {
    await withListener(saysNothing, async ({ port, connected }) => {
      await withRevisionFolder(async ({ path, write }) => {
        await write('a.sql', FIRST)
        const DATABASE_URL = `postgres://u:p@127.0.0.1:${port}/d`
        const gate = startPgate([], { env: { DATABASE_URL, PGATE_MIGRATIONS: path } })
        await connected()
        await endsSoon(gate, ...by)
      })
    })
  })

  it.each(SIGNALS)('ends a module that waits for something else on %s with %d', async (...by) => {
    await withPlace(
      server,
      (url) => url,
      async ({ env, folder, url }) => {
        const module = `export const upgrade = async (db) => {
  await db.query('create table gone (id int)')
  await new Promise((resolve) => setTimeout(resolve, 600_000))
}`
        await folder.write(...pendingFile({ module }))
        const gate = startPgate([], { env })
        await gate.says(/"revision":"bbb","file/)
        await endsSoon(gate, ...by)
        expect(await outcomes(url, 'bbb')).toEqual([{ outcome: 'interrupted', statements_done: 0 }])
      },
    )
  })

  it.each(SIGNALS)('drops the throwaway database of manifest on %s, with %d', async (...by) => {
    await withPlace(
      server,
      (url) => url,
      async ({ env, folder, observer, url }) => {
        await folder.write(...pendingFile({ sql: 'select pg_sleep(600);' }))
        const gate = startPgate(['manifest', '--shadow-url', url], { env })
        const found = await untilRuns(observer, gate, { runs: 'pg_sleep' })
        expect(found.database).toMatch(/^pgate_shadow_/)
        await endsSoon(gate, ...by)
        await untilCancelled(observer, found)
        const left = await observer.query('select from pg_database where datname = $1', [
          found.database,
        ])
        expect(left.rowCount).toBe(0)
      },
    )
  })

  it('ends in time where the journal cannot be written, and says so', async () => {
    await withPlace(
      server,
      (url) => url,
      async ({ env, folder, observer, holder, url }) => {
        await folder.write(...pendingFile({ sql: 'select pg_sleep(600);' }))
        const gate = startPgate([], { env })
        await untilRuns(observer, gate, { runs: 'pg_sleep' })
        // It is next in the queue behind the revision, whose transaction has the journal until it ends.
        const locked = holder.query('begin; lock table pgate_journal in share row exclusive mode')
        const { stderr } = await endsSoon(gate, 'SIGTERM', 143)
        expect(stderr).toContain('journal.lost')
        await locked
        await holder.query('rollback')
        expect(await outcomes(url, 'bbb')).toEqual([])
      },
    )
  })
})

/** Brings pgate to the scene, interrupts it there, and looks at what is left. */
async function mustHeed(
  { env, folder, observer, holder, url }: Place,
  { signal, exitCode, ...scene }: Scene & { readonly signal: Signal; readonly exitCode: number },
): Promise<void> {
  if (scene.migrated) expect(await runPgate([], { env })).toMatchObject({ exitCode: 0 })
  if (scene.pending) await folder.write(...pendingFile(scene.pending))
  if (scene.hold) await holder.query(`begin; ${scene.hold}`)
  const gate = startPgate(scene.args ?? [], { env: { ...env, ...scene.env } })
  const statement = await untilRuns(observer, gate, scene)
  await endsSoon(gate, signal, exitCode)
  await untilCancelled(observer, statement)
  expect(await locksHeld(observer)).toBe(0)
  await holder.query('rollback')
  if (scene.journal) expect(await outcomes(url, 'bbb')).toEqual(scene.journal)
  expect(await queryRows(url, `select to_regclass('gone') as gone`)).toEqual([{ gone: null }])
}

async function endsSoon(
  gate: RunningPgate,
  signal: Signal,
  exitCode: number,
): Promise<PgateResult> {
  const sent = performance.now()
  gate.kill(signal)
  const result = await gate.ended
  expect(performance.now() - sent).toBeLessThan(ENDS_WITHIN_MS)
  expect(result, result.stderr).toMatchObject({ exitCode })
  expect(lastLine(result.stdout)).toContain(
    `(exit ${exitCode}, INTERRUPTED_${signal}): interrupted by ${signal}. Next: `,
  )
  return result
}

function outcomes(url: string, revision: string): Promise<readonly Record<string, unknown>[]> {
  return queryRows(
    url,
    'select outcome, statements_done from pgate_journal where revision = $1 order by id',
    [revision],
  )
}

/** A database with two clients, and a folder with one revision. */
async function withPlace(
  server: TestServer,
  urlFor: (url: string, name: string) => string,
  use: (place: Place) => Promise<void>,
): Promise<void> {
  await withDatabase(server, ({ url, name }) =>
    withRevisionFolder(async (folder) => {
      await folder.write('a.sql', FIRST)
      const env = {
        DATABASE_URL: urlFor(url, name),
        PGATE_MIGRATIONS: folder.path,
        PGATE_EXTENSIONS: '',
        PGATE_DDL_LOCK_TIMEOUT: '10m',
      }
      await withClient(url, (observer) =>
        withClient(url, (holder) => use({ folder, env, observer, holder, url })),
      )
    }),
  )
}
