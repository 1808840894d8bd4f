import type { Session } from '../postgres/session.ts'
import { sqlstateOf } from '../postgres/sqlstate.ts'

/**
 * How often the server is to look whether its client is still there, in milliseconds. Without it, a
 * server whose client was killed goes on with all that has been sent.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
export const NOTICE_LOSS = 'set client_connection_check_interval = 500'

/** Whether the server can: not before PostgreSQL 14, nor on every operating system. */
export async function noticesLoss(session: Session): Promise<boolean> {
  try {
    await session.query(NOTICE_LOSS)
    return true
  } catch (error) {
    if (sqlstateOf(error) === undefined) throw error
    return false
  }
}
