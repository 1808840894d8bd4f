import { once } from 'node:events'
import { createServer, type Server, type Socket } from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { EmbeddedProcess, Greeting } from './backend.ts'
import { cutFrames, type Frame, fatal, greetingOf, query, settingsIn } from './frames.ts'

/** Where the built-in PostgreSQL is reached by another program. */
export interface LoopbackAddress {
  readonly host: string
  readonly port: number
}

/** How long a second connection waits for the end of the first; in milliseconds. */
const PATIENCE_MS = 3_000
const LOOK_MS = 20

/**
 * Lends the one backend at a port of this machine, to a program that brings its own driver: without TLS,
 * any user, password and database, and one connection at a time, each as if the server were new.
 * @param refused hears why, where a further one was refused
 */
export async function withLoopback<T>(
  backend: Pick<EmbeddedProcess, 'protocol' | 'session'>,
  use: (address: LoopbackAddress) => Promise<T>,
  refused: (message: string) => void,
): Promise<T> {
  const sockets = new Set<Socket>()
  let open: Socket | undefined
  const server = createServer((socket) => {
    sockets.add(socket.setNoDelay())
    socket.on('error', () => {})
    socket.once('close', () => {
      sockets.delete(socket)
      if (open === socket) open = undefined
    })
    const enter = async () => {
      const until = performance.now() + PATIENCE_MS
      while (open !== undefined && performance.now() < until) await delay(LOOK_MS)
      if (open !== undefined) {
        refused(ONE_ALONE)
        return false
      }
      open = socket
      return true
    }
    // Whatever it was, the program hears that its connection is gone.
    converse(socket, backend, enter).catch(() => socket.destroy())
  })
  try {
    return await use(await listening(server))
  } finally {
    for (const socket of sockets) socket.destroy()
    server.close()
    await backend.session()
  }
}

async function listening(server: Server): Promise<LoopbackAddress> {
  const host = '127.0.0.1'
  server.listen(0, host)
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('the port is not known')
  return { host, port: address.port }
}

/** What may be answered: all before has come. */
const ENDS = /^[SHQFcf]$/

async function converse(
  socket: Socket,
  backend: Pick<EmbeddedProcess, 'protocol' | 'session'>,
  enter: () => Promise<boolean>,
): Promise<void> {
  const cut = cutFrames()
  let waiting: Buffer[] = []
  for await (const chunk of socket) {
    for (const frame of cut(chunk)) {
      if (frame.type === 'cancel' || frame.type === 'X') return void socket.end()
      if (frame.type === 'encrypted') socket.write('N')
      else if (frame.type === 'start') {
        if (!(await enter())) return void socket.end(fatal('53300', ONE_ALONE))
        socket.write(greetingOf(await begin(frame, backend)))
      } else {
        waiting.push(frame.bytes)
        if (!ENDS.test(frame.type)) continue
        const bytes = Buffer.concat(waiting)
        waiting = []
        socket.write(await backend.protocol(bytes))
      }
    }
  }
}

const ONE_ALONE =
  'the built-in PostgreSQL takes one connection at a time; a program that opens more needs a server (pgate manifest --shadow-url)'

/** A new session, with what the client has asked to be set. */
async function begin(
  frame: Frame,
  backend: Pick<EmbeddedProcess, 'protocol' | 'session'>,
): Promise<Greeting> {
  const greeting = await backend.session()
  for (const [name, value] of settingsIn(frame)) {
    const call = `pg_catalog.set_config(${quoteLiteral(name)}, ${quoteLiteral(value)}, false)`
    await backend.protocol(query(`select ${call}`))
  }
  return greeting
}
