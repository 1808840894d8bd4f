import { connect, type Socket } from 'node:net'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { throughListener, withListener } from '../../test/support/network/network.ts'

/**
 * Lends a URL that leads to the server over a link with a round-trip time of `rttMs`: every packet
 * is half of it on its way, in either direction, and opening the connection takes one whole round
 * trip as TCP's does.
 */
export async function withLink<T>(
  url: string,
  rttMs: number,
  use: (url: string) => Promise<T>,
): Promise<T> {
  if (rttMs === 0) return use(url)
  const { hostname, port } = new URL(url)
  const serve = (client: Socket) => {
    const server = connect(Number(port), hostname)
    client.setNoDelay(true)
    server.setNoDelay(true)
    server.on('error', () => client.destroy())
    const openedAt = performance.now() + rttMs
    carry(client, server, { delayMs: rttMs / 2, notBefore: openedAt + rttMs / 2 })
    carry(server, client, { delayMs: rttMs / 2, notBefore: 0 })
    client.once('close', () => server.destroy())
  }
  return withListener(serve, (listener) => use(throughListener(url, listener)))
}

interface Delay {
  readonly delayMs: number
  /** Nothing arrives earlier, by `performance.now()`. */
  readonly notBefore: number
}

/** Carries what comes from one side to the other, each piece at its own time; the end as well. */
function carry(from: Socket, to: Socket, { delayMs, notBefore }: Delay): void {
  let last = Promise.resolve()
  const arrive = (act: () => void) => {
    const at = Math.max(performance.now() + delayMs, notBefore)
    last = last.then(() => until(at)).then(act)
  }
  from.on('data', (chunk) => arrive(() => void to.write(chunk)))
  from.once('end', () => arrive(() => void to.end()))
}

/** Timers are up to a millisecond late, which is much of a round trip: the last one is spun. */
async function until(at: number): Promise<void> {
  const wholeMs = Math.floor(at - performance.now()) - 1
  if (wholeMs > 0) await new Promise((resolve) => setTimeout(resolve, wholeMs))
  while (performance.now() < at) await nextTurn()
}
