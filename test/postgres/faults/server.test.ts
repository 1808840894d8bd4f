import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { runPgate } from '../../support/cli/cli.ts'
import { queryRows, withClient } from '../../support/database/query.ts'
import { checkFault, type Scene } from '../../support/faults/check-fault.ts'
import { SERVER_FAULTS } from '../../support/faults/server-faults.ts'
import { beginStory, strikeFromStart, withHeld, withStory } from '../../support/faults/story.ts'
import {
  type SteeredOptions,
  type SteeredServer,
  startSteeredServer,
  steeredImages,
} from '../../support/servers/steered-server.ts'

const { smartStop, fastStop, immediateStop, crashInBuild } = SERVER_FAULTS
const TIMEOUT = 90_000

type Running = SteeredServer & { remove(): Promise<void> }
type Env = Readonly<Record<string, string>>

/** Waits as pgate does, which is one more run of it. */
async function start(
  server: SteeredServer,
  settings: Readonly<Record<string, string>> = {},
): Promise<void> {
  await server.start(settings)
  expect(await runPgate(['wait'], { env: { DATABASE_URL: server.url } })).toMatchObject({
    exitCode: 0,
  })
}

/** After a stop that waited for every session. */
async function restart(server: SteeredServer): Promise<void> {
  await server.shell('pg_ctl stop -m smart || ! pg_ctl status')
  await start(server)
}

/** The URL for a role with the same password. */
function urlAs(url: string, role: string): string {
  const other = new URL(url)
  other.username = role
  return other.href
}

/** Locks a table out of everybody's reach until it is released, or the test is over. */
async function withLock(
  url: string,
  table: string,
  use: (release: () => Promise<void>) => Promise<void>,
): Promise<void> {
  await withClient(url, async (client) => {
    await client.query(`begin; lock table ${table}`)
    await use(async () => void (await client.query('rollback')))
  })
}

/** Lends a fresh database where `aaa` is applied; `of` is what CREATE DATABASE is to add. */
async function withPlace(
  {
    server,
    second,
    of = '',
  }: { server: SteeredServer; second: Parameters<typeof withStory>[0]; of?: string },
  use: (place: { url: string; env: Env; again: Scene['again'] }) => Promise<void>,
): Promise<void> {
  const url = new URL(server.url)
  url.pathname = `fault_${performance.now().toFixed(0)}`
  await queryRows(server.url, `create database ${url.pathname.slice(1)} ${of}`)
  await withStory(second, async (story) => {
    await beginStory(url.href, story)
    const env = { ...story.env, DATABASE_URL: url.href }
    await use({ url: url.href, env, again: () => runPgate([], { env }) })
  })
}

describe.each(steeredImages())('a gate on a server (%s)', () => {
  let server: Running
  const useServer = (options?: SteeredOptions) => {
    beforeAll(async () => {
      server = await startSteeredServer(options)
    }, TIMEOUT)
    afterAll(() => server?.remove())
  }

  describe('that is stopped', () => {
    useServer()

    it.each([
      [smartStop, 'waits', 'smart'],
      [fastStop, 'waits', 'fast'],
      [immediateStop, 'waits', 'immediate'],
      [crashInBuild, 'builds', 'immediate'],
    ] as const)(
      'comes back: $what',
      async (fault, second, mode) => {
        await start(server)
        await withPlace({ server, second }, async ({ url, env, again }) => {
          await withHeld({ url, env, second }, async ({ struck, release }) => {
            const strike = async () => {
              await server.stop(mode)
              if (mode === 'smart') await release()
              return struck()
            }
            // What was begun smart is over once the last session has ended.
            const reach = () => (mode === 'smart' ? restart(server) : start(server))
            await checkFault(fault, { url: () => url, strike, reach, again })
          })
        })
        await server.stop()
      },
      TIMEOUT,
    )
  })

  describe('that takes its time', () => {
    useServer()
    const slow = { role: 'slow', limited: 'alter role slow set statement_timeout = 1000' }

    it.each([
      { fault: SERVER_FAULTS.ownTimeout, as: 'postgres', more: { PGATE_STATEMENT_TIMEOUT: '1s' } },
      { fault: SERVER_FAULTS.roleTimeout, as: slow.role, more: {} },
    ])('says so: $fault.what', async ({ fault, as, more }) => {
      await up()
      await withPlace({ server, second: 'waits' }, async ({ url, env, again }) => {
        const limited = { ...env, ...more, DATABASE_URL: urlAs(url, as) }
        await withHeld({ url, env: limited, second: 'waits' }, async ({ struck, release }) => {
          await checkFault(fault, { url: () => url, strike: struck, heal: release, again })
        })
      })
    })

    it(`says so: ${SERVER_FAULTS.questionTimeout.what}`, async () => {
      await up()
      await withPlace({ server, second: 'runs' }, async ({ url, env, again }) => {
        await withLock(url, 'alembic_version', async (release) => {
          const strike = () => strikeFromStart({ ...env, DATABASE_URL: urlAs(url, slow.role) })
          const fault = SERVER_FAULTS.questionTimeout
          await checkFault(fault, { url: () => url, strike, reach: release, again })
        })
      })
    })

    let isUp: Promise<void> | undefined
    const up = () => {
      isUp ??= start(server).then(async () => {
        const login = "create role slow superuser login password 'test only'"
        await queryRows(server.url, `${login}; ${slow.limited}`)
      })
      return isUp
    }
  })

  describe('whose disk is full', () => {
    const fill = 'dd if=/dev/zero of=/small/filler bs=64k 2>/dev/null || true'

    describe('where the tables are', () => {
      useServer({ small: '40m' })

      it(
        'opens once there is room',
        async () => {
          await start(server)
          await server.shell('mkdir /small/space')
          await queryRows(server.url, "create tablespace small location '/small/space'")
          const place = { server, second: 'writes', of: 'tablespace small' } as const
          await withPlace(place, async ({ url, env, again }) => {
            await server.shell(`${fill}; truncate -s -2M /small/filler`)
            await checkFault(SERVER_FAULTS.diskFull, {
              url: () => url,
              strike: () => strikeFromStart(env),
              heal: () => server.shell('rm /small/filler'),
              again,
            })
          })
        },
        TIMEOUT,
      )
    })

    describe('where the log is', () => {
      useServer({ small: '40m', initdb: '-X /small/wal --wal-segsize=1' })

      it(
        'opens once there is room',
        async () => {
          // The gate's own session is to meet the full disk, not one of the server's helpers.
          await start(server, { wal_writer_delay: '10s', bgwriter_delay: '10s', autovacuum: 'off' })
          await withPlace({ server, second: 'writes' }, async ({ url, env, again }) => {
            const reach = async () => {
              await server.shell('rm /small/filler; pg_ctl stop -m immediate || true')
              await start(server)
            }
            await server.shell(fill)
            const strike = () => strikeFromStart(env)
            await checkFault(SERVER_FAULTS.logFull, { url: () => url, strike, reach, again })
          })
        },
        TIMEOUT,
      )
    })
  })
})
