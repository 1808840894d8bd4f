import { connect, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { waitForServer } from '../../src/steps/wait/wait.ts'
import { databaseOf, gateError, stepContext } from '../support/cli/step.ts'
import { saysNothing, throughListener, withListener } from '../support/network/network.ts'
import { servers } from '../support/servers/servers.ts'

/** Passes everything on, each piece half a round trip late, both ways. */
function lateBy(url: string, roundTripMs: number): (socket: Socket) => void {
  const { hostname, port } = new URL(url)
  return (client) => {
    const server = connect(Number(port), hostname)
    server.on('error', () => client.destroy())
    for (const [from, to] of [
      [client, server],
      [server, client],
    ] as const) {
      from.on('data', async (chunk: Buffer) => {
        await delay(roundTripMs / 2)
        if (!to.destroyed) to.write(chunk)
      })
      from.once('close', () => to.destroy())
    }
  }
}

describe.concurrent.each(servers().slice(0, 1))('a slow link to $name', (server) => {
  it('is no reason to give up as long as PGATE_WAIT_TIMEOUT allows', async () => {
    await withListener(lateBy(server.url, 2_000), async (listener) => {
      const url = throughListener(server.url, listener)
      const context = stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '25s' })
      const { session, attempts, waitedMs } = await waitForServer(context, databaseOf(context))
      await session.close()
      // Without a limit that grows, each attempt would end after five seconds.
      expect(waitedMs).toBeGreaterThan(8_000)
      expect(attempts).toBeGreaterThan(1)
    })
  }, 40_000)
})

describe.concurrent('a host that drops packets', () => {
  it('is tried again and again next to the slow attempt, and no connection is left', async () => {
    await withListener(saysNothing, async (hole) => {
      const url = `postgres://u:p@127.0.0.1:${hole.port}/d`
      const context = stepContext({ DATABASE_URL: url, PGATE_WAIT_TIMEOUT: '11s' })
      const error = await gateError(waitForServer(context, databaseOf(context)))
      expect(error).toMatchObject({ code: 'NOT_READY', facts: { reason: 'TIMEOUT' } })
      expect(hole.accepted()).toBeGreaterThanOrEqual(3)
      await hole.left()
    })
  }, 20_000)
})
