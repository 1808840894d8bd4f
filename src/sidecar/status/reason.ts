import { GateError } from '../../errors/error.ts'
import { publicMessage } from '../../errors/public-reason.ts'
import { ConnectError } from '../../postgres/connect/connect-failure.ts'
import { isConnectionLost, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import { classifyAll } from '../../steps/wait/classify.ts'
import type { Reason } from './status.ts'

/** A failure as anyone may see it who can reach the sidecar. */
export function reasonOf(failure: unknown): Reason {
  if (!(failure instanceof GateError)) {
    const hint = 'This is a fault of pgate; report it with its log.'
    return { code: 'BUG', message: 'an unexpected error; see the log', hint }
  }
  const { code, hint } = failure
  return { code, message: publicMessage(failure), hint }
}

/** Why a look got no answer, in one line that quotes nothing. */
export function outageMessage(error: unknown): string {
  if (error instanceof ConnectError) {
    const worst = classifyAll(error.failures)
    return worst === undefined ? 'no host to connect to' : `${worst.failure.host}: ${worst.state}`
  }
  if (error instanceof GateError) return reasonOf(error).message
  const sqlstate = sqlstateOf(error)
  if (sqlstate !== undefined) return `the server answered SQLSTATE ${sqlstate}`
  return isConnectionLost(error) ? 'the connection was lost' : 'an unexpected error; see the log'
}

/** True for what no outage explains: a fault of pgate, or one of the server's. */
export function isUnexpected(error: unknown): boolean {
  return !(error instanceof ConnectError || error instanceof GateError || isConnectionLost(error))
}
