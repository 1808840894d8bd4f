import { randomBytes } from 'node:crypto'
import { quoteIdentifier } from './postgres/identifier.ts'
import { type ConnectOptions, type Database, withSession } from './postgres/session.ts'
import { type ConnectionTarget, retarget } from './postgres/target.ts'

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
 * @throws the driver's DatabaseError where the role may not create databases
 */
export async function withShadowDatabase<T>(
  { target, open, signal }: ShadowServer,
  use: (database: Database) => Promise<T>,
): Promise<T> {
  const name = `pgate_shadow_${randomBytes(6).toString('hex')}`
  const options: ConnectOptions = { timeoutMs: CONNECT_MS, signal }
  const onServer = (text: string) =>
    withSession(open(target), options, (session) => session.query(text))
  await onServer(`create database ${quoteIdentifier(name)} template template0`)
  try {
    return await use(open(retarget(target, { database: name })))
  } finally {
    await onServer(`drop database ${quoteIdentifier(name)} with (force)`)
  }
}
