import { GateError } from '../../errors/error.ts'
import { ConnectError } from '../../postgres/connect/connect-failure.ts'
import { isConnectionLost, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import { classifyAll } from '../../steps/wait/classify.ts'
import type { Reason } from './status.ts'

/**
 * A failure as anyone who can reach the sidecar may see it. A message that PostgreSQL wrote may
 * quote values of rows: with a SQLSTATE among its facts it stays in the log.
 */
export function reasonOf(failure: unknown): Reason {
  if (!(failure instanceof GateError)) {
    const hint = 'This is a fault of pgate; report it with its log.'
    return { code: 'BUG', message: 'an unexpected error; see the log', hint }
  }
  const { code, message, hint, facts } = failure
  const [first = ''] = message.split('\n')
  return { code, message: facts.sqlstate === undefined ? first : withoutQuote(facts), hint }
}

function withoutQuote({ sqlstate, revision, file, line }: GateError['facts']): string {
  const where = file === undefined ? '' : ` at ${file}${line === undefined ? '' : `:${line}`}`
  const what = revision === undefined ? 'PostgreSQL refused' : `revision ${revision} failed${where}`
  return `${what}, SQLSTATE ${sqlstate}; the log has PostgreSQL's own words`
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
