import { GateError } from '../../errors/error.ts'
import { liftLimitHint, sessionEnd } from '../../postgres/session/session-limits.ts'
import {
  DISK_FULL,
  INSUFFICIENT_PRIVILEGE,
  INVALID_PARAMETER_VALUE,
  isConnectionLost,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
  type ServerError,
  serverErrorOf,
} from '../../postgres/sql/sqlstate.ts'
import { notPermitted } from '../../steps/migrate/failure/not-permitted.ts'

/** `SET ROLE` answers 22023 where the role does not exist. */
const NOT_PERMITTED: ReadonlySet<string> = new Set([
  INSUFFICIENT_PRIVILEGE,
  INVALID_PARAMETER_VALUE,
])

/** Of classes, and whole: no space, no memory, a system error, a timeout of the role's, a lock. */
const SERVERS_OWN: ReadonlySet<string> = new Set([
  '40',
  '53',
  '58',
  'XX',
  QUERY_CANCELED,
  LOCK_NOT_AVAILABLE,
])

function isServersOwn(sqlstate: string): boolean {
  return SERVERS_OWN.has(sqlstate) || SERVERS_OWN.has(sqlstate.slice(0, 2))
}

/** What may pass by itself, or once the server has what it lacks. */
function serverFailed({ sqlstate, message, hint }: ServerError): GateError {
  return new GateError(
    'SERVER_FAILED',
    `the server failed at a statement of pgate's own: ${message} (SQLSTATE ${sqlstate})`,
    { facts: { sqlstate }, hint: `${hint ?? whatToMend(sqlstate)} Then run pgate again.` },
  )
}

/** What the same statement meets again: something in the database raised it, or forbids it. */
function serverRefused({ sqlstate, message, hint }: ServerError): GateError {
  const next = hint === undefined ? '' : `PostgreSQL's hint: ${hint} `
  return new GateError(
    'SERVER_REFUSED',
    `the server refused a statement of pgate's own: ${message} (SQLSTATE ${sqlstate})`,
    {
      facts: { sqlstate },
      hint: `${next}See what in this database refuses it (an event trigger: \\dy in psql), and run pgate again when it is allowed.`,
    },
  )
}

function whatToMend(sqlstate: string): string {
  if (sqlstate === DISK_FULL) return 'Give the server disk space.'
  if (sqlstate !== QUERY_CANCELED) return "See the server's log for what was in its way."
  return 'Raise statement_timeout for this role or database (ALTER ROLE … SET statement_timeout), or see who cancelled it.'
}

function connectionLost(error: unknown): GateError {
  const { reason, sqlstate, limit } = sessionEnd(error)
  const facts = { sqlstate, limit }
  if (limit !== undefined) {
    const hint = `${liftLimitHint(limit)} No revision was being run.`
    const message = `${limit} ended pgate's session: ${reason}`
    return new GateError('SESSION_LIMIT', message, { facts, hint, cause: error })
  }
  const said = reason === undefined ? '' : `; the server said: ${reason}`
  const message = `the connection to PostgreSQL was lost${said}`
  return new GateError('CONNECTION_LOST', message, { facts, cause: error })
}

/**
 * What a failure outside a revision means to the operator: a connection lost while reading, or a
 * right that pgate lacks, or a server that could not, or would not. What no server said is returned as
 * it is, and is a fault of pgate.
 */
export function explained(error: unknown): unknown {
  if (error instanceof GateError) return error
  if (isConnectionLost(error)) {
    return connectionLost(error)
  }
  const server = serverErrorOf(error)
  if (server === undefined) return error
  if (NOT_PERMITTED.has(server.sqlstate)) return notPermitted(server)
  return isServersOwn(server.sqlstate) ? serverFailed(server) : serverRefused(server)
}
