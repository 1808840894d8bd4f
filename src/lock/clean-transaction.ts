import type { Config } from '../config/config.ts'
import type { PipelineStatement, Session } from '../postgres/session/session.ts'
import { liftSessionLimits } from '../postgres/session/session-limits.ts'
import { rollBack, withTransaction } from '../postgres/session/transaction.ts'
import { quoteIdentifier } from '../postgres/sql/identifier.ts'
import { fixedSurroundings } from './surroundings.ts'

/**
 * Runs `use` in a transaction that brings its own state: every setting as at the connection's
 * start, PGATE_ROLE and PGATE_SCHEMA until it ends. It relies on nothing that the session was told
 * before and leaves nothing for the next one, so it holds through a pooler too. Read committed,
 * whatever the server's default: a row that another connection of ours renews must not look like a
 * conflict.
 * @throws as withTransaction
 */
export async function cleanTransaction<T>(
  session: Session,
  config: Pick<Config, 'role' | 'schema'>,
  use: () => Promise<T>,
): Promise<T> {
  const act = async () => {
    await session.query(cleanSettings(session, config))
    return use()
  }
  return withTransaction(session, act, { isolation: 'read committed' })
}

/**
 * The same for statements that need no answer in between, in one round trip.
 * @throws the server's or the socket's error, unchanged
 */
export async function inCleanTransaction(
  session: Session,
  config: Pick<Config, 'role' | 'schema'>,
  statements: readonly PipelineStatement[],
): Promise<void> {
  const before = ['begin isolation level read committed', ...cleanStatements(session, config)]
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
 * The state that such a transaction begins with, as one statement list. RESET ALL goes back to what
 * the pooler said when it connected; how text is read has to be as this client said, and to stay
 * so: a pooler keeps both for each of its clients.
 * @see https://www.pgbouncer.org/config.html#track_extra_parameters
 */
export function cleanSettings(
  session: Pick<Session, 'server'>,
  config: Pick<Config, 'role' | 'schema'>,
): string {
  return cleanStatements(session, config).join('; ')
}

function cleanStatements(
  session: Pick<Session, 'server'>,
  { role, schema }: Pick<Config, 'role' | 'schema'>,
): readonly string[] {
  const statements = [
    'reset session authorization',
    'reset role',
    'reset all',
    "set client_encoding = 'UTF8'",
    'set standard_conforming_strings = on',
    liftSessionLimits(session, 'transaction'),
  ]
  if (role !== undefined) statements.push(`set local role ${quoteIdentifier(role)}`)
  statements.push(`select ${fixedSurroundings(schema, 'transaction')}`)
  return statements
}
