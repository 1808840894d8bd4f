import { serialize } from 'pg-protocol'
import type { CancelKey } from '../session/cancel.ts'
import { codeOf } from '../session/connection-lost.ts'
import { type Message, openWire, type Wire } from '../session/wire.ts'
import { authenticator, type LogInOptions, type Login } from './authenticate.ts'
import { AttemptError, type ConnectProgress } from './connect-failure.ts'

/** A connection that is logged in, and what the server said meanwhile. */
export interface LoggedIn {
  readonly wire: Wire
  /** ParameterStatus: `server_version` and the like. */
  readonly parameters: ReadonlyMap<string, string>
  /** Of BackendKeyData; zeros where the server sent none. */
  readonly key: CancelKey
}

/**
 * Logs in over an open stream. Nothing secret is sent where the server asks for a log-in that
 * require_auth or channel_binding forbids, or for one that costs too much.
 * @throws the server's error; {AttemptError} NO_PASSWORD, CHANNEL_BINDING, REQUIRE_AUTH,
 *   SCRAM_ITERATIONS, AUTHENTICATION, CLOSED, PROTOCOL; the socket's error
 */
export async function logIn({ stream, login, progress }: LogInOptions): Promise<LoggedIn> {
  stream.once('data', (chunk: Buffer) => {
    progress.asked = chunk[0] === AUTHENTICATION
  })
  const garbled = (error: unknown) => notUnderstood(error, progress)
  const wire = openWire(stream, { look: lengthGuard(), garbled })
  const parameters = new Map<string, string>()
  let key: CancelKey = { processId: 0, secretKey: 0 }
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  const { answerTo, check } = authenticator({ stream, login, progress })
  let isOver = false
  const send = (bytes: Buffer | undefined) => {
    if (bytes !== undefined && !isOver) wire.send(bytes)
  }
  const answer = (message: Message) => {
    try {
      Promise.resolve(answerTo(message)).then(send, reject)
    } catch (error) {
      // At once: the welcome may stand right behind the proof that is none.
      reject(error)
    }
  }
  wire.hear({
    message: (message) => {
      if (message.name === 'parameterStatus') {
        parameters.set(message.parameterName, message.parameterValue)
      } else if (message.name === 'backendKeyData') {
        key = { processId: message.processID, secretKey: message.secretKey }
      } else if (message.name === 'error') reject(message)
      else if (message.name === 'readyForQuery') resolve()
      else answer(message)
    },
    ended: (error) => reject(error ?? closed()),
  })
  wire.send(serialize.startup(startupParameters(login)))
  try {
    await ready
  } catch (error) {
    throw codeOf(error) === undefined ? garbled(error) : error
  } finally {
    isOver = true
  }
  check()
  return { wire, parameters, key }
}

function startupParameters(login: Login): Record<string, string> {
  return {
    user: login.user,
    database: login.database,
    application_name: login.applicationName,
    ...(login.options === undefined ? {} : { options: login.options }),
  }
}

function closed(): AttemptError {
  return new AttemptError('CLOSED', 'the server closed the connection while logging in')
}

function notUnderstood(error: unknown, { asked }: ConnectProgress): AttemptError {
  if (error instanceof AttemptError) return error
  return asked
    ? new AttemptError(
        'AUTHENTICATION',
        'the server asks for a login that pgate cannot give',
        error,
      )
    : new AttemptError('PROTOCOL', 'the server does not speak PostgreSQL as pgate does', error)
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
