import { VERSION } from '../base/version.ts'
import { GateError } from '../errors/error.ts'
import { targetOfOption } from '../gate/shadow.ts'
import { thisMachine } from '../helpers/machine.ts'
import { serverDatabase } from '../postgres/connect/connection.ts'
import { type ConnectionTarget, retarget } from '../postgres/connect/target.ts'
import { urlOfTarget } from '../postgres/connect/url-of-target.ts'
import { type Session, withSession } from '../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, isConnectionLost, sqlstateOf } from '../postgres/sql/sqlstate.ts'
import { otherConnectionFailure } from '../steps/wait/other-connection.ts'

/** How long the server may take to answer, in milliseconds. */
const CONNECT_MS = 10_000

/** How many databases are made and dropped at once. */
const MOST_AT_ONCE = 4

/** A server that databases are made on, over one connection that holds the run's lock. */
export interface Server {
  /** Runs a statement on the database that the URL names; statements are queued in their order. */
  readonly query: <Row>(text: string, values?: readonly unknown[]) => Promise<readonly Row[]>
  /** Runs a statement next to others, over one of a few more connections: the server's disk is what it waits for. */
  readonly act: (text: string) => Promise<void>
  readonly urlOf: (database: string) => string
  /** Runs SQL in another of its databases. */
  readonly runIn: (database: string, text: string) => Promise<void>
  readonly close: () => Promise<void>
}

/**
 * Connects to the server of `url`.
 * @param lock run in each session before it is used: the first, and one that follows a lost one
 * @throws {GateError} CONFIG_INVALID, NOT_READY, CONNECTION_REFUSED
 */
export async function connectServer(url: string, lock: string): Promise<Server> {
  const { home, userName } = thisMachine()
  const target = targetOfOption('url', url, { env: {}, home, userName })
  let session: Session | undefined = await openSession(target, lock)
  const idle: Session[] = []
  let turn = 0
  const turns = Array.from({ length: MOST_AT_ONCE }, () => Promise.resolve())
  const act = async (text: string) => {
    turn = (turn + 1) % MOST_AT_ONCE
    const before = turns[turn]
    const now = Promise.withResolvers<void>()
    turns[turn] = now.promise
    await before
    let one: Session | undefined
    try {
      one = idle.pop() ?? (await openSession(target))
      await one.query(text)
      idle.push(one)
    } catch (error) {
      await one?.close()
      throw permitted(error)
    } finally {
      now.resolve()
    }
  }
  const query: Server['query'] = async <Row>(text: string, values?: readonly unknown[]) => {
    session ??= await openSession(target, lock)
    try {
      return (await session.query<Row>(text, values)).rows
    } catch (error) {
      // The server was started again, or has ended what was idle for long.
      if (isConnectionLost(error)) session = undefined
      throw permitted(error)
    }
  }
  return {
    query,
    act,
    urlOf: (database) => urlOfTarget(retarget(target, { database })),
    runIn: async (database, text) => {
      const options = { timeoutMs: CONNECT_MS, signal: new AbortController().signal }
      const other = databaseAt(retarget(target, { database }))
      await withSession(other, options, (one) => one.query(text))
    },
    close: async () => {
      await Promise.all([session, ...idle].map((one) => one?.close()))
    },
  }
}

function databaseAt(target: ConnectionTarget) {
  return serverDatabase(target, { version: VERSION, warn: () => {} })
}

async function openSession(target: ConnectionTarget, lock?: string): Promise<Session> {
  const options = { timeoutMs: CONNECT_MS, signal: new AbortController().signal }
  try {
    const session = await databaseAt(target).connect(options)
    // A limit that the role has for its application ends neither a clone nor the wait for one.
    await session.query('set statement_timeout = 0; set lock_timeout = 0')
    await session.query(`
      select pg_catalog.set_config(name, '0', false) from pg_catalog.pg_settings
      where name in ('idle_session_timeout', 'transaction_timeout')`)
    if (lock !== undefined) await session.query(lock)
    return session
  } catch (error) {
    throw otherConnectionFailure(error, 'url')
  }
}

function permitted(error: unknown): unknown {
  if (sqlstateOf(error) !== INSUFFICIENT_PRIVILEGE) return error
  return new GateError('MIGRATION_NOT_PERMITTED', 'url: this role may not create databases', {
    facts: { sqlstate: INSUFFICIENT_PRIVILEGE },
    hint: 'Name a role with CREATEDB in url (`ALTER ROLE … CREATEDB`), or leave it out to use the built-in PostgreSQL.',
    cause: error,
  })
}
