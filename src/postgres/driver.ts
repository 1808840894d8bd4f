import type { Socket } from 'node:net'
import Connection from 'pg/lib/connection.js'
import { AttemptError } from './connect-error.ts'
import type { Progress } from './connect-failure.ts'

/**
 * pg's connection over a stream that is open already. Bytes that are no PostgreSQL end it as an
 * error; pg's parser would throw them at the process.
 */
export function connectionOver(stream: Socket, progress: Progress): Connection {
  const connection = new Connection({ stream: alreadyOpen(stream), ssl: false })
  const attach = connection.attachListeners.bind(connection)
  const guard = (listener: (chunk: Buffer) => void) => (chunk: Buffer) => {
    try {
      listener(chunk)
    } catch (error) {
      connection.emit('error', notUnderstood(error, progress))
      stream.destroy()
    }
  }
  connection.attachListeners = () => {
    stream.once('data', (chunk: Buffer) => {
      progress.asked = chunk[0] === AUTHENTICATION
    })
    attach({ on: (event, listener) => stream.on(event, guard(listener)) })
  }
  return connection
}

/** `R`: the server asks for a login, or says that none is needed. */
const AUTHENTICATION = 0x52

function notUnderstood(error: unknown, { asked }: Progress): AttemptError {
  return asked
    ? new AttemptError(
        'AUTHENTICATION',
        'the server asks for a login that pgate cannot give',
        error,
      )
    : new AttemptError('PROTOCOL', 'the server does not speak PostgreSQL as pgate does', error)
}

/** pg always connects its stream itself; on this one that does no more than report success. */
function alreadyOpen(stream: Socket): Socket {
  return Object.assign(stream, {
    connect: () => {
      queueMicrotask(() => stream.emit('connect'))
      return stream
    },
  })
}
