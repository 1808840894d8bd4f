import { randomBytes } from 'node:crypto'
import type { Log } from '../base/log.ts'
import { GateError, messageOf } from '../errors/error.ts'
import { targetFromUrl } from '../postgres/connect/read-target.ts'
import { type ConnectionTarget, retarget } from '../postgres/connect/target.ts'
import { problemText } from '../postgres/connect/target-parameters.ts'
import { type Interruption, interruptible } from '../postgres/session/interruptible.ts'
import { type Database, withSession } from '../postgres/session/session.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../postgres/sql/sqlstate.ts'
import { otherConnectionFailure } from '../steps/wait/other-connection.ts'

/** How long the server that lends the throwaway database may take to answer. */
const CONNECT_MS = 10_000

/** How long dropping it may take once the run has to end, in milliseconds. */
const LAST_TRY_MS = 1_500

/** What makes a throwaway database: the server's own database, and how to open another on it. */
export interface ShadowServer extends Interruption {
  readonly target: ConnectionTarget
  readonly open: (target: ConnectionTarget) => Database
  readonly log: Pick<Log, 'warn'>
}

/**
 * Lends an empty database on the given server, made for this and dropped afterwards, also where the
 * run was interrupted; the database that the URL names is only used to create it and is not touched.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED; MIGRATION_NOT_PERMITTED where the role may not
 *   create databases
 */
export async function withShadowDatabase<T>(
  server: ShadowServer,
  use: (database: Database, target: ConnectionTarget) => Promise<T>,
): Promise<T> {
  const name = `pgate_shadow_${randomBytes(6).toString('hex')}`
  await onServer(server, server, `create database ${quoteIdentifier(name)} template template0`)
  try {
    const target = retarget(server.target, { database: name })
    return await use(server.open(target), target)
  } finally {
    await drop(server, name)
  }
}

/** The interrupt that ends the run must not leave the database there. */
async function drop(server: ShadowServer, name: string): Promise<void> {
  const { signal, unanswered, log } = server
  const limit = new AbortController()
  let timer: NodeJS.Timeout | undefined
  const hurry = () => {
    timer = setTimeout(() => limit.abort(signal.reason), LAST_TRY_MS)
  }
  if (signal.aborted) hurry()
  else signal.addEventListener('abort', hurry, { once: true })
  try {
    const text = `drop database ${quoteIdentifier(name)} with (force)`
    await onServer(server, { signal: limit.signal, unanswered }, text)
  } catch (error) {
    if (!signal.aborted) throw error
    log.warn('shadow.left', `The throwaway database ${name} could not be dropped`, {
      database: name,
      reason: messageOf(error),
    })
  } finally {
    signal.removeEventListener('abort', hurry)
    clearTimeout(timer)
  }
}

async function onServer(
  { target, open }: ShadowServer,
  interruption: Interruption,
  text: string,
): Promise<void> {
  const options = { timeoutMs: CONNECT_MS, signal: interruption.signal }
  try {
    await withSession(open(target), options, (session) =>
      interruptible(session, interruption).query(text),
    )
  } catch (error) {
    throw shadowFailure(error)
  }
}

function shadowFailure(error: unknown): unknown {
  if (sqlstateOf(error) !== INSUFFICIENT_PRIVILEGE)
    return otherConnectionFailure(error, '--shadow-url')
  return new GateError(
    'MIGRATION_NOT_PERMITTED',
    '--shadow-url: this role may not create the throwaway database',
    {
      facts: { sqlstate: INSUFFICIENT_PRIVILEGE },
      hint: 'Name a role with CREATEDB in --shadow-url, or leave it out to use the embedded PostgreSQL.',
      cause: error,
    },
  )
}

/** What a URL leaves out, as the process knows it. */
export interface ConnectionHost {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly home: string
  readonly userName: string
}

/**
 * The server of `--shadow-url`.
 * @throws {GateError} CONFIG_INVALID with all that is wrong with it; the URL itself is not shown
 */
export function shadowTarget(url: string, host: ConnectionHost): ConnectionTarget {
  return targetOfOption(
    '--shadow-url',
    url,
    host,
    ', or leave it out to use the embedded PostgreSQL',
  )
}

/**
 * What a URL of an option names.
 * @throws {GateError} CONFIG_INVALID with all that is wrong with it; the URL itself is not shown
 */
export function targetOfOption(
  option: string,
  url: string,
  { env, home, userName }: ConnectionHost,
  otherwise = '',
): ConnectionTarget {
  const result = targetFromUrl(url, { get: (name) => env[name] || undefined, home, userName })
  if ('target' in result) return result.target
  const problems = result.problems.map(problemText)
  const lines = problems.map((problem) => `${option}: ${problem}`)
  throw new GateError('CONFIG_INVALID', lines.join('\n'), {
    facts: { problems },
    hint: `Correct ${option}${otherwise}.`,
  })
}
