import type { Socket } from 'node:net'
import Client from 'pg/lib/client.js'
import { codeOf } from '../session/connection-lost.ts'
import { AttemptError } from './connect-error.ts'
import type { Progress } from './connect-failure.ts'
import { connectionOver } from './driver.ts'
import { guardLogIn, MOST_SCRAM_ITERATIONS } from './log-in-guards.ts'
import type { AuthMethod } from './require-auth.ts'
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
  /** Of require_auth; absent: any. */
  readonly allowedAuth?: readonly AuthMethod[] | undefined
}

/** A client that is logged in, and what the server said meanwhile. */
export interface LoggedIn {
  readonly client: Client
  /** ParameterStatus: `server_version` and the like. */
  readonly parameters: ReadonlyMap<string, string>
}

/**
 * Logs in over an open stream.
 * @throws the server's error; {AttemptError} NO_PASSWORD, CHANNEL_BINDING, REQUIRE_AUTH,
 *   SCRAM_ITERATIONS, AUTHENTICATION, CLOSED, PROTOCOL; the socket's error
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
    scramMaxIterations: MOST_SCRAM_ITERATIONS,
  })
  // pg would fill what is absent here from the process's own environment.
  client.getStartupConf = () => startupParameters(login)
  // Where nobody listens an error event is thrown at the process; the session listens for losses.
  client.on('error', () => {})
  const parameters = new Map<string, string>()
  connection.on('parameterStatus', ({ parameterName, parameterValue }) => {
    parameters.set(parameterName, parameterValue)
  })
  const fault = guardLogIn(connection, progress, {
    mustBind: login.channelBinding === 'require',
    allowed: login.allowedAuth,
  })
  try {
    await client.connect()
  } catch (error) {
    throw explained(error, stream, progress)
  }
  const wrong = fault()
  if (wrong !== undefined) throw wrong
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

/** pg's own errors have no code: they are about a closed socket, or of a login that went wrong. */
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
