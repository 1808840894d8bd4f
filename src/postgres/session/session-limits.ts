import { type ServerFacts, serverFacts } from '../sql/conditions.ts'
import { SESSION_LIMITS, serverErrorOf } from '../sql/sqlstate.ts'
import type { Session } from './session.ts'

const TRANSACTION_TIMEOUT_SINCE = 17

/**
 * Lifts the limits that a role, a database or the server sets for the application's sessions, as one
 * statement: none of them is to end a migration half-way. They stand lifted until what `until` names
 * ends, or until RESET ALL.
 */
export function liftSessionLimits(
  { server }: Pick<Session, 'server'>,
  until: 'session' | 'transaction',
): string {
  const names = Object.values(SESSION_LIMITS).filter(
    (name) => name !== 'transaction_timeout' || server.major >= TRANSACTION_TIMEOUT_SINCE,
  )
  const lifted = names.map(
    (name) => `pg_catalog.set_config('${name}', '0', ${until === 'transaction'})`,
  )
  return `select ${lifted.join(', ')}`
}

/** The end of a session as the server reported it. */
export interface SessionEnd {
  /** `terminating connection due to administrator command (SQLSTATE 57P01)`; absent where the server said nothing. */
  readonly reason?: string
  /** The same for a report. */
  readonly facts?: ServerFacts
  /** The setting that ended it, where it was one: the same would happen again. */
  readonly limit?: string
}

/** What the server said of a session's end. @param error as isConnectionLost takes it */
export function sessionEnd(error: unknown): SessionEnd {
  const server = serverErrorOf(error)
  if (server === undefined) return {}
  const { sqlstate, message } = server
  const limit = SESSION_LIMITS[sqlstate]
  return {
    reason: `${message} (SQLSTATE ${sqlstate})`,
    facts: serverFacts(server),
    ...(limit && { limit }),
  }
}

/** What to do about a limit; runs as it stands, as the role that it is set for. */
export function liftLimitHint(limit: string): string {
  return `Let this role's sessions live: ALTER ROLE CURRENT_USER SET ${limit} = 0; or raise it where it is set (the role, the database, postgresql.conf).`
}
