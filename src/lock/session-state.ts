import type { Config } from '../config/config.ts'
import type { PipelineStatement, Session } from '../postgres/session/session.ts'
import { liftSessionLimits } from '../postgres/session/session-limits.ts'
import {
  rollBack,
  type TransactionOptions,
  withTransaction,
} from '../postgres/session/transaction.ts'
import { quoteIdentifier, quoteLiteral } from '../postgres/sql/identifier.ts'

type Setup = Pick<Config, 'role' | 'schema'>
type Until = 'session' | 'transaction'

/**
 * The settings that decide how PostgreSQL reads a literal or an expression, and so what a revision
 * stores. Fixed, so that one folder makes one schema wherever it runs; a revision may set its own.
 * Values are those of a server that nobody has configured, in UTC.
 * @see docs/decisions/0052-fixed-surroundings-of-revisions.md
 */
export const SURROUNDINGS: readonly (readonly [name: string, value: string])[] = [
  ['timezone', 'UTC'],
  ['timezone_abbreviations', 'Default'],
  ['datestyle', 'ISO, MDY'],
  ['intervalstyle', 'postgres'],
  ['lc_monetary', 'C'],
  ['standard_conforming_strings', 'on'],
  ['transform_null_equals', 'off'],
  ['array_nulls', 'on'],
  ['xmloption', 'content'],
]

/**
 * How long the server goes on for a client that is silent: two minutes, as the client for the server,
 * where a system's own timing is two hours and more and the locks stand as long. No matter of a Unix
 * socket, for which the server takes the settings and does nothing.
 * @see docs/decisions/0024-when-a-silent-server-is-given-up.md
 */
const NOTICE_SILENCE: readonly (readonly [name: string, value: string])[] = [
  ['tcp_keepalives_idle', '60'],
  ['tcp_keepalives_interval', '10'],
  ['tcp_keepalives_count', '6'],
  ['tcp_user_timeout', '120000'],
]

/** A server whose default is `off` is asked for `on`; any stronger setting of its own stands. */
export const DURABLE = `select pg_catalog.set_config('synchronous_commit',
  case when pg_catalog.current_setting('synchronous_commit') operator(pg_catalog.=) 'off' then 'on'
  else pg_catalog.current_setting('synchronous_commit') end, true)`

/**
 * Runs `use` in a transaction that brings its own state: every setting as at the connection's
 * start, PGATE_ROLE and PGATE_SCHEMA until it ends. It relies on nothing that the session was set to
 * before and leaves nothing for the next one, so it holds through a pooler too. Read committed,
 * whatever the server's default: a row that another connection of ours renews must not look like a
 * conflict.
 * @throws as withTransaction
 */
export async function cleanTransaction<T>(
  session: Session,
  config: Setup,
  use: () => Promise<T>,
  commit?: TransactionOptions['commit'],
): Promise<T> {
  const act = async () => {
    await session.query(transactionState(session, config).join('; '))
    return use()
  }
  return withTransaction(session, act, { isolation: 'read committed', ...(commit && { commit }) })
}

/**
 * The same for statements that need no answer in between, in one round trip.
 * @throws the server's or the socket's error, unchanged
 */
export async function inCleanTransaction(
  session: Session,
  config: Setup,
  statements: readonly PipelineStatement[],
): Promise<void> {
  const before = ['begin isolation level read committed', ...transactionState(session, config)]
  const { failure } = await session.pipeline([
    ...before.map((text) => ({ text })),
    ...statements,
    { text: 'commit' },
  ])
  if (failure === undefined) return
  if (session.transactionStatus() !== 'idle') await rollBack(session)
  throw failure.error
}

/**
 * What such a transaction begins with, one statement each. RESET ALL goes back to what the pooler
 * said when it connected; how text is read has to be as this client said, and to stay so: a pooler
 * keeps both for each of its clients.
 * @see https://www.pgbouncer.org/config.html#track_extra_parameters
 */
export function transactionState(
  session: Pick<Session, 'server'>,
  config: Setup,
): readonly string[] {
  const reading = ["set client_encoding = 'UTF8'", 'set standard_conforming_strings = on']
  return stateUntil('transaction', reading, session, config)
}

/** What puts a session of our own in the state that every revision starts from, one statement each. */
export function sessionState(session: Pick<Session, 'server'>, config: Setup): readonly string[] {
  const silence = NOTICE_SILENCE.map(([name, value]) => setConfig(name, `'${value}'`, 'session'))
  return stateUntil('session', [`select ${silence.join(', ')}`], session, config)
}

function stateUntil(
  until: Until,
  connection: readonly string[],
  session: Pick<Session, 'server'>,
  { role, schema }: Setup,
): readonly string[] {
  const local = until === 'transaction' ? 'local ' : ''
  const surroundings = SURROUNDINGS.map(([name, value]) =>
    setConfig(name, quoteLiteral(value), until),
  )
  return [
    'reset session authorization',
    'reset role',
    'reset all',
    ...connection,
    ...(role === undefined ? [] : [`set ${local}role ${quoteIdentifier(role)}`]),
    // After RESET ALL, which undoes it.
    `select ${[...surroundings, schemaFirst(schema, until)].join(', ')}`,
    liftSessionLimits(session, until),
  ]
}

/**
 * An expression that puts a schema first on the search path, whatever its name; behind it stays the
 * role's own path, so that extensions kept in other schemas are still found.
 */
export function schemaFirst(schema: string, until: Until): string {
  const prefix = quoteLiteral(`${quoteIdentifier(schema)}, `)
  // The role's own path may be empty, and a list does not end with a comma.
  const path = `pg_catalog.rtrim(pg_catalog.concat(${prefix}, pg_catalog.current_setting('search_path')), ', ')`
  return setConfig('search_path', path, until)
}

function setConfig(name: string, value: string, until: Until): string {
  return `pg_catalog.set_config('${name}', ${value}, ${until === 'transaction'})`
}
