import { GateError } from '../errors.ts'
import { notPermitted } from '../migrate/not-permitted.ts'
import {
  INSUFFICIENT_PRIVILEGE,
  INVALID_PARAMETER_VALUE,
  isConnectionLost,
  serverErrorOf,
} from '../postgres/sqlstate.ts'

/** `SET ROLE` answers 22023 where the role does not exist. */
const NOT_PERMITTED: ReadonlySet<string> = new Set([
  INSUFFICIENT_PRIVILEGE,
  INVALID_PARAMETER_VALUE,
])

/**
 * What a failure outside a revision means to the operator: a connection lost while reading, or a
 * right that pgate lacks. Anything else is returned as it is, and is a fault of pgate.
 */
export function explained(error: unknown): unknown {
  if (error instanceof GateError) return error
  if (isConnectionLost(error)) {
    return new GateError('CONNECTION_LOST', 'the connection to PostgreSQL was lost', {
      facts: {},
      hint: 'Run pgate again; nothing was being changed.',
      cause: error,
    })
  }
  const server = serverErrorOf(error)
  return server !== undefined && NOT_PERMITTED.has(server.sqlstate) ? notPermitted(server) : error
}
