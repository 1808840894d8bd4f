import type { Socket } from 'node:net'
import Client from 'pg/lib/client.js'
import type Connection from 'pg/lib/connection.js'
import { AttemptError } from './connect-error.ts'
import type { Progress } from './connect-failure.ts'
import { codeOf } from './connection-lost.ts'
import { connectionOver } from './driver.ts'
import type { ChannelBinding, HostTarget } from './target.ts'

/** Who logs in, where to, and how. */
export interface Login {
  readonly host: HostTarget
  readonly user: string
  readonly database: string
  readonly password?: string | undefined
  readonly applicationName: string
  readonly options?: string | undefined
  readonly channelBinding: ChannelBinding
}

/** A client that is logged in, and what the server said meanwhile. */
export interface LoggedIn {
  readonly client: Client
  /** ParameterStatus: `server_version` and the like. */
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Logs in over an open stream.
 * @throws the server's error; {AttemptError} NO_PASSWORD, CHANNEL_BINDING, AUTHENTICATION, CLOSED,
 *   PROTOCOL; the socket's error
 */
export async function logIn({
  stream,
  login,
  progress,
}: {
  readonly stream: Socket
  readonly login: Login
  readonly progress: Progress
}): Promise<LoggedIn> {
  const connection = connectionOver(stream, progress)
  const client = new Client({
    connection,
    user: login.user,
    database: login.database,
    host: login.host.host,
    port: login.host.port,
    password: () => mustHave(login.password),
    ssl: false,
    sslnegotiation: 'postgres',
    enableChannelBinding: progress.encrypted && login.channelBinding !== 'disable',
  })
  // pg would fill what is absent here from the process's own environment.
  client.getStartupConf = () => startupParameters(login)
  // Where nobody listens an error event is thrown at the process; the session listens for losses.
  client.on('error', () => {})
  const parameters = new Map<string, string>()
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    parameters.set(parameterName, parameterValue)
  })
  const bound =
    login.channelBinding === 'require' ? requireBinding(connection, progress) : () => true
  try {
    await client.connect()
  } catch (error) {
    throw explained(error, stream, progress)
  }
  if (!bound()) throw unbound()
  return { client, parameters }
}

function startupParameters(login: Login): Record<string, string> {
  return {
    user: login.user,
    database: login.database,
    application_name: login.applicationName,
    ...(login.options === undefined ? {} : { options: login.options }),
  }
}

function mustHave(password: string | undefined): string {
  if (password !== undefined) return password
  throw new AttemptError('NO_PASSWORD', 'the server asks for a password and none is given')
}

/**
 * Ends the connection before anything is sent to a server that offers no channel binding. The
 * function given back says whether the login was bound: a server that asks for nothing at all, or
 * skips its own proof, is found out by it.
 */
function requireBinding(connection: Connection, { encrypted }: Progress): () => boolean {
  let offered = false
  let proven = false
  const refuse = () => connection.stream.destroy(unbound())
  connection.on('authenticationCleartextPassword', refuse)
  connection.on('authenticationMD5Password', refuse)
  connection.on('authenticationSASL', ({ mechanisms }) => {
    offered = encrypted && mechanisms.includes('SCRAM-SHA-256-PLUS')
    if (!offered) refuse()
  })
  connection.on('authenticationSASLFinal', () => {
    proven = true
  })
  return () => offered && proven
}

function unbound(): AttemptError {
  return new AttemptError(
    'CHANNEL_BINDING',
    'channel_binding=require, and the server did not offer it (it needs TLS and SCRAM)',
  )
}

/** pg's own errors have no code: they tell of a closed socket, or of a login that went wrong. */
function explained(error: unknown, stream: Socket, { asked }: Progress): unknown {
  if (error instanceof AttemptError || !(error instanceof Error)) return error
  if (codeOf(error) !== undefined) return error
  if (stream.destroyed) {
    return new AttemptError('CLOSED', 'the server closed the connection while logging in', error)
  }
  return asked
    ? new AttemptError('AUTHENTICATION', error.message, error)
    : new AttemptError('PROTOCOL', 'the server does not speak PostgreSQL as pgate does', error)
}
