import { connect, type Socket } from 'node:net'
import { throughListener, withListener } from '../network/network.ts'

/** A proxy that passes everything on until it is asked otherwise. */
export interface CuttingProxy {
  /** Of the server, through it. */
  readonly url: string
  /** Resets every connection. */
  reset(): void
  /** From now on nothing passes, either way, on old connections or new ones; none is closed. */
  freeze(): void
}

/**
 * What happens to the COMMIT of `bbb`: it is dropped and the connection reset; it is passed on and
 * the answer kept; the same, and no new connection is let in; or everything falls silent.
 */
export type AtCommit = 'drop' | 'keep answer' | 'vanish' | 'freeze'

const COMMIT = /create table second.*\bcommit\b/is

/** Lends a proxy before the server of the URL. */
export async function withCuttingProxy<T>(
  { url, atCommit }: { readonly url: string; readonly atCommit?: AtCommit },
  use: (proxy: CuttingProxy) => Promise<T>,
): Promise<T> {
  const { hostname, port } = new URL(url)
  const state = { frozen: false, gone: false, done: atCommit === undefined }

  const serve = (socket: Socket) => {
    if (state.gone) return void socket.resetAndDestroy()
    const behind = connect(Number(port), hostname)
    behind.on('error', () => socket.destroy())
    socket.once('close', () => behind.destroy())
    behind.once('close', () => state.frozen || socket.destroy())
    const cut = () => {
      state.gone = atCommit === 'vanish'
      socket.resetAndDestroy()
    }
    let sent = ''
    let keeping = false
    socket.on('data', (chunk) => {
      sent += chunk.toString('latin1')
      if (!state.done && COMMIT.test(sent)) {
        state.done = true
        if (atCommit === 'drop') return cut()
        if (atCommit === 'freeze') state.frozen = true
        else keeping = true
      }
      if (!state.frozen) behind.write(chunk)
    })
    let answer = ''
    behind.on('data', (chunk) => {
      if (state.frozen) return
      if (!keeping) return void socket.write(chunk)
      answer += chunk.toString('latin1')
      // CommandComplete: the transaction is over, and only the server knows.
      if (answer.includes('COMMIT\0')) cut()
    })
  }

  return withListener(serve, (listener) =>
    use({
      url: `${throughListener(url, listener)}?sslmode=disable`,
      reset: listener.reset,
      freeze: () => {
        state.frozen = true
      },
    }),
  )
}
