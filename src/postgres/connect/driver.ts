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
  const measure = lengthGuard()
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
    stream.on('data', guard(measure))
    attach({ on: (event, listener) => stream.on(event, guard(listener)) })
  }
  return connection
}

/** `R`: the server asks for a login, or says that none is needed. */
const AUTHENTICATION = 0x52

/** For one message before the login is over, and for all of them; in bytes. */
const LONGEST_MESSAGE = 65_536
const MOST_BYTES = 1_048_576
const READY_FOR_QUERY = 0x5a
const HEADER_BYTES = 5

/**
 * Looks at the length of every message until the login is over, and throws at one that is longer
 * than any server's: the parser would keep room for as much as an unknown server names.
 */
function lengthGuard(): (chunk: Buffer) => void {
  const header = Buffer.alloc(HEADER_BYTES)
  let known = 0
  let rest = 0
  let total = 0
  let over = false
  return (chunk) => {
    total += over ? 0 : chunk.length
    for (let at = 0; !over && at < chunk.length; ) {
      const skipped = Math.min(rest, chunk.length - at)
      rest -= skipped
      at += skipped
      const copied = chunk.copy(header, known, at, at + HEADER_BYTES - known)
      known += copied
      at += copied
      if (known < HEADER_BYTES) break
      const length = header.readUInt32BE(1)
      if (length > LONGEST_MESSAGE || total > MOST_BYTES) throw tooLong()
      over = header[0] === READY_FOR_QUERY
      rest = Math.max(0, length - (HEADER_BYTES - 1))
      known = 0
    }
  }
}

function tooLong(): AttemptError {
  const message = 'the server sends more before the login is over than PostgreSQL does'
  return new AttemptError('PROTOCOL', message)
}

function notUnderstood(error: unknown, { asked }: Progress): AttemptError {
  if (error instanceof AttemptError) return error
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
