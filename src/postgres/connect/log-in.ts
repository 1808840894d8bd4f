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
  let isOver = false
  const garbled = (error: unknown) => (isOver ? unreadable(error) : notUnderstood(error, progress))
  const wire = openWire(stream, { look: messageGuard(), garbled })
  const parameters = new Map<string, string>()
  let key: CancelKey = { processId: 0, secretKey: 0 }
  const { promise: ready, resolve, reject } = Promise.withResolvers<void>()
  const { answerTo, check } = authenticator({ stream, login, progress })
  const send = (bytes: Buffer | undefined) => {
    if (bytes !== undefined && !isOver) wire.send([bytes])
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
  wire.send([serialize.startup(startupParameters(login))])
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

function unreadable(error: unknown): AttemptError {
  return new AttemptError('PROTOCOL', 'what the server sent cannot be read', error)
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
const HEADER_BYTES = 5

/**
 * Looks at every message until the login is over, before the parser does, and throws at one that no
 * server sends: the parser would keep room for as much as an unknown server names, and looks for the end
 * of a text that has none for ever.
 */
function messageGuard(): (chunk: Buffer) => void {
  let pending = Buffer.alloc(0)
  let total = 0
  let isOver = false
  return (chunk) => {
    if (isOver) return
    total += chunk.length
    pending = Buffer.concat([pending, chunk])
    while (!isOver && pending.length >= HEADER_BYTES) {
      const end = 1 + pending.readUInt32BE(1)
      if (end > LONGEST_MESSAGE || total > MOST_BYTES) throw tooLong()
      if (end < HEADER_BYTES) throw unknownMessage()
      if (pending.length < end) return
      const type = String.fromCharCode(pending[0] ?? 0)
      if (IS_WHOLE[type]?.(pending.subarray(HEADER_BYTES, end)) !== true) throw unknownMessage()
      isOver = type === 'Z'
      pending = pending.subarray(end)
    }
  }
}

const isList = (body: Buffer) => body.at(-1) === 0 && (body.length === 1 || body.at(-2) === 0)

/** The messages of a login by their type: whether all texts in one have an end. */
const IS_WHOLE: Readonly<Record<string, (body: Buffer) => boolean>> = {
  // Errors and notices: fields, and an empty one.
  E: isList,
  N: isList,
  // AuthenticationSASL, 10, lists its mechanisms.
  R: (body) => body.length >= 4 && (body.readUInt32BE(0) !== 10 || isList(body.subarray(4))),
  // ParameterStatus: a name and a value.
  S: (body) => body.at(-1) === 0 && body.indexOf(0) < body.length - 1,
  K: (body) => body.length >= 8,
  Z: (body) => body.length === 1,
  // NegotiateProtocolVersion.
  v: () => true,
}

function tooLong(): AttemptError {
  const message = 'the server sends more before the login is over than PostgreSQL does'
  return new AttemptError('PROTOCOL', message)
}

function unknownMessage(): Error {
  return new Error('what the server sends is no message of a PostgreSQL login')
}
