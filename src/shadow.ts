import { randomBytes } from 'node:crypto'
import { GateError } from './errors.ts'
import { quoteIdentifier } from './postgres/identifier.ts'
import { type ConnectOptions, type Database, withSession } from './postgres/session.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from './postgres/sqlstate.ts'
import { type ConnectionTarget, retarget } from './postgres/target.ts'
import { otherConnectionFailure } from './wait/other-connection.ts'

/** How long the server that lends the throwaway database may take to answer. */
const CONNECT_MS = 10_000

/** What makes a throwaway database: the server's own database, and how to open another on it. */
export interface ShadowServer {
  readonly target: ConnectionTarget
  readonly open: (target: ConnectionTarget) => Database
  readonly signal: AbortSignal
}

/**
 * Lends an empty database on the given server, made for this and dropped afterwards; the database
 * that the URL names is only used to create it and is not touched.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED; MIGRATION_NOT_PERMITTED where the role may not
 *   create databases
 */
export async function withShadowDatabase<T>(
  { target, open, signal }: ShadowServer,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const name = `pgate_shadow_${randomBytes(6).toString('hex')}`
  const options: ConnectOptions = { timeoutMs: CONNECT_MS, signal }
  const onServer = async (text: string) => {
    try {
      await withSession(open(target), options, (session) => session.query(text))
    } catch (error) {
      throw shadowFailure(error)
    }
  }
  await onServer(`create database ${quoteIdentifier(name)} template template0`)
  try {
    return await use(open(retarget(target, { database: name })))
  } finally {
    await onServer(`drop database ${quoteIdentifier(name)} with (force)`)
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
