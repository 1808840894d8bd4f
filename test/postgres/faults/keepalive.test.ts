import { readFileSync } from 'node:fs'
import { platform } from 'node:os'
import { describe, expect, it } from 'vitest'
import { databaseOf, patiently } from '../../support/database/connect.ts'
import { forwardTo, throughListener, withListener } from '../../support/network/network.ts'
import { servers } from '../../support/servers/servers.ts'

/** Only Linux reports the timers of its sockets. */
const LINUX = platform() === 'linux' ? servers().slice(0, 1) : []

/** `tr` and `tm->when` of a connection to the port: 2 is the keepalive timer; in seconds. */
function keepaliveTimer(port: number): { readonly kind: string; readonly seconds: number } {
  const remote = `:${port.toString(16).toUpperCase().padStart(4, '0')}`
  const lines = readFileSync('/proc/net/tcp', 'utf8').split('\n')
  const line = lines.find((one) => one.trim().split(/\s+/)[2]?.endsWith(remote))
  const [kind = '', when = ''] = line?.trim().split(/\s+/)[5]?.split(':') ?? []
  return { kind, seconds: Number.parseInt(when, 16) / 100 }
}

describe.each(LINUX)('on $name, an idle session', (server) => {
  it.each([
    ['is probed after a minute', '', { kind: '02', minute: true }],
    ['is never probed where keepalives=0', '&keepalives=0', { kind: '00', minute: false }],
  ])('%s', async (_, more, { kind, minute }) => {
    await withListener(forwardTo(server.url), async (proxy) => {
      const url = `${throughListener(server.url, proxy)}?sslmode=disable${more}`
      const session = await databaseOf(url).connect(patiently())
      await session.query('select 1')
      await expect.poll(() => keepaliveTimer(proxy.port).kind).toBe(kind)
      const { seconds } = keepaliveTimer(proxy.port)
      expect(seconds > 30 && seconds <= 60).toBe(minute)
      await session.close()
    })
  })
})
