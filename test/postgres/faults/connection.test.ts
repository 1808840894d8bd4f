import { describe, it } from 'vitest'
import { runPgate } from '../../support/cli/cli.ts'
import { checkFault, type Struck } from '../../support/faults/check-fault.ts'
import { CONNECTION_FAULTS } from '../../support/faults/connection-faults.ts'
import {
  type AtCommit,
  type CuttingProxy,
  withCuttingProxy,
} from '../../support/faults/cutting-proxy.ts'
import type { Fault } from '../../support/faults/fault.ts'
import { beginStory, strikeFromStart, withHeld, withStory } from '../../support/faults/story.ts'
import { WAIT_FAULTS } from '../../support/faults/wait-faults.ts'
import { saysNothing, throughListener, withListener } from '../../support/network/network.ts'
import { withPgbouncer } from '../../support/servers/pgbouncer.ts'
import { servers, type TestServer, withDatabase } from '../../support/servers/servers.ts'

const { cutInStatement, cutInBuild, silentInStatement } = CONNECTION_FAULTS
const DEADLINE = { PGATE_DEADLINE: '5s' }

describe.concurrent.each(servers().slice(0, 1))('on $name, a gate', (server) => {
  it.each([
    { fault: cutInStatement, second: 'waits', act: (proxy: CuttingProxy) => proxy.reset() },
    { fault: cutInBuild, second: 'builds', act: (proxy: CuttingProxy) => proxy.reset() },
    {
      fault: silentInStatement,
      second: 'waits',
      act: (proxy: CuttingProxy) => proxy.freeze(),
      more: DEADLINE,
    },
  ] as const)('comes back: $fault.what', async ({ fault, second, act, ...options }) => {
    await withPlace(server, second, async ({ url, env }) => {
      await withCuttingProxy({ url }, async (proxy) => {
        const more = 'more' in options ? options.more : {}
        const place = { url, second, env: { ...env, DATABASE_URL: proxy.url, ...more } }
        await withHeld(place, async ({ struck, release }) => {
          const strike = () => {
            act(proxy)
            return struck()
          }
          await check(fault, { url, env, strike, heal: release })
        })
      })
    })
  })

  it.each([
    [CONNECTION_FAULTS.commitNotArrived, 'drop', {}],
    [CONNECTION_FAULTS.commitUnanswered, 'keep answer', {}],
    [CONNECTION_FAULTS.commitUnknown, 'vanish', {}],
    [CONNECTION_FAULTS.silentAtCommit, 'freeze', DEADLINE],
  ] as const)('looks it up: $what', async (fault, atCommit, more) => {
    await withPlace(server, 'runs', async ({ url, env }) => {
      await withCuttingProxy({ url, atCommit: atCommit as AtCommit }, async (proxy) => {
        const through = { ...env, DATABASE_URL: proxy.url, ...more }
        await check(fault, { url, env, strike: () => strikeFromStart(through) })
      })
    })
  })

  it('does not wait for ever: a server that accepts and never answers', async () => {
    await withPlace(server, 'runs', async ({ url, env }) => {
      await withListener(saysNothing, async (hole) => {
        const nowhere = throughListener(url, hole)
        const strike = () =>
          strikeFromStart({ ...env, DATABASE_URL: nowhere, PGATE_WAIT_TIMEOUT: '2s' })
        await check(WAIT_FAULTS.neverAnswers, { url, env, strike })
      })
    })
  })
})

describe.each(servers({ docker: true }).slice(0, 1))(
  'behind PgBouncer on $name, a gate',
  (server) => {
    it.each([
      [CONNECTION_FAULTS.commitUnansweredPooled, 'keep answer'],
      [CONNECTION_FAULTS.commitNotArrivedPooled, 'drop'],
    ] as const)('looks it up: $what', async (fault, atCommit) => {
      await withPgbouncer(server, 'transaction', (pooler) =>
        withPlace(server, 'runs', async ({ url, env }) => {
          const pooled = pooler.urlOf(new URL(url).pathname.slice(1))
          await withCuttingProxy({ url: pooled, atCommit }, async (proxy) => {
            const through = { ...env, DATABASE_URL: proxy.url }
            await check(fault, { url, env, strike: () => strikeFromStart(through) })
          })
        }),
      )
    })
  },
)

interface Place {
  readonly url: string
  readonly env: Readonly<Record<string, string>>
}

async function withPlace(
  server: TestServer,
  second: Parameters<typeof withStory>[0],
  use: (place: Place) => Promise<void>,
): Promise<void> {
  await withStory(second, (story) =>
    withDatabase(server, async ({ url }) => {
      await beginStory(url, story)
      await use({ url, env: story.env })
    }),
  )
}

function check(
  fault: Fault,
  { url, env, strike, heal }: Place & { strike: () => Promise<Struck>; heal?: () => Promise<void> },
): Promise<void> {
  const again = () => runPgate([], { env: { ...env, DATABASE_URL: url } })
  return checkFault(fault, { url: () => url, strike, again, ...(heal && { heal }) })
}
