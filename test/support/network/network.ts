import { once } from 'node:events'
import { connect, createServer, type ListenOptions, type Socket } from 'node:net'

/** Something that listens and is no server of PostgreSQL, or stands before one. */
export interface Listener {
  /** 0 where it listens on a Unix socket. */
  readonly port: number
  /** How many connections it ever took. */
  accepted(): number
  /** Resolves at the next connection, or at once where there has been one. */
  connected(): Promise<void>
  /** Resolves when every connection it took has been closed by the other side. */
  left(): Promise<void>
  /** Resets every connection that is open. */
  reset(): void
}

/** Listens while `use` runs; every connection goes to `serve`. */
export async function withListener<T>(
  serve: (socket: Socket) => void,
  use: (listener: Listener) => Promise<T>,
  where: ListenOptions = { host: '127.0.0.1', port: 0 },
): Promise<T> {
  const sockets = new Set<Socket>()
  const closings: Promise<unknown>[] = []
  const server = createServer((socket) => {
    sockets.add(socket)
    closings.push(new Promise((resolve) => socket.once('close', resolve)))
    socket.on('error', () => {})
    serve(socket)
  })
  const first = once(server, 'connection')
  server.listen(where)
  await once(server, 'listening')
  const address = server.address()
  const listener: Listener = {
    port: address !== null && typeof address === 'object' ? address.port : 0,
    accepted: () => sockets.size,
    connected: async () => void (await first),
    left: async () => void (await Promise.all(closings)),
    reset: () => {
      for (const socket of sockets) socket.resetAndDestroy()
    },
  }
  try {
    return await use(listener)
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
  }
}

/** Passes everything on to the server of the URL, and back. */
export function forwardTo(url: string): (socket: Socket) => void {
  const { hostname, port } = new URL(url)
  return (socket) => {
    const behind = connect(Number(port), hostname)
    behind.on('error', () => socket.destroy())
    socket.pipe(behind).pipe(socket)
    socket.once('close', () => behind.destroy())
    behind.once('close', () => socket.destroy())
  }
}

/** What stands before a server and can fall silent. */
export interface Freezable {
  readonly serve: (socket: Socket) => void
  /** From now on nothing passes, and nothing is closed: a black hole. */
  freeze(): void
}

/** Passes everything on to the server of the URL, and back, until it is frozen. */
export function freezable(url: string): Freezable {
  const forward = forwardTo(url)
  const sockets = new Set<Socket>()
  let frozen = false
  return {
    serve: (socket) => {
      if (frozen) return saysNothing(socket)
      sockets.add(socket)
      forward(socket)
    },
    freeze: () => {
      frozen = true
      for (const socket of sockets) {
        socket.unpipe()
        socket.resume()
      }
    },
  }
}

/** The URL with the listener in the place of the server. */
export function throughListener(url: string, listener: { readonly port: number }): string {
  const through = new URL(url)
  through.host = `127.0.0.1:${listener.port}`
  return through.href
}

/** Reads and never answers: a black hole. */
export function saysNothing(socket: Socket): void {
  socket.resume()
}
