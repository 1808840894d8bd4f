import { GateError } from '../../../errors/error.ts'
import {
  DEADLOCK_DETECTED,
  DISK_FULL,
  INSUFFICIENT_PRIVILEGE,
  isConnectionLost,
  LOCK_NOT_AVAILABLE,
  QUERY_CANCELED,
  READ_ONLY_TRANSACTION,
  sqlstateOf,
  UNIQUE_VIOLATION,
} from '../../../postgres/sql/sqlstate.ts'
import type { BrokenIndex } from './catalog.ts'

/**
 * Why an index could not be repaired, in words of ours alone: what PostgreSQL says of a row that
 * does not fit into an index may quote the row.
 * @throws {GateError} MIGRATION_CONNECTION_LOST; and what is no answer of the server, as it is
 */
export function whyNot(error: unknown, index: BrokenIndex): string {
  if (error instanceof GateError) throw error
  if (isConnectionLost(error)) throw connectionLost(error, index)
  const sqlstate = sqlstateOf(error)
  if (sqlstate === undefined) throw error
  return `${reason(sqlstate, index)} (SQLSTATE ${sqlstate})`
}

function reason(sqlstate: string, { name, table, owner }: BrokenIndex): string {
  switch (sqlstate) {
    case UNIQUE_VIOLATION:
      return `it is to be unique, and rows of ${table} are duplicates; remove those first`
    case INSUFFICIENT_PRIVILEGE:
      return `only ${owner}, who owns ${table}, may; run it as that role, or set PGATE_ROLE to it`
    case LOCK_NOT_AVAILABLE:
    case DEADLOCK_DETECTED:
      return `${table} was in use by another session throughout; run it again when it is quieter`
    case QUERY_CANCELED:
      return 'somebody, or statement_timeout, cancelled it; see PGATE_STATEMENT_TIMEOUT'
    case DISK_FULL:
      return 'the server has no space left'
    case READ_ONLY_TRANSACTION:
      return 'the server, or this session, is read-only'
    default:
      return `PostgreSQL refused it; see what it says to REINDEX INDEX CONCURRENTLY ${name}`
  }
}

function connectionLost(error: unknown, { name, table }: BrokenIndex): GateError {
  return new GateError(
    'MIGRATION_CONNECTION_LOST',
    `the connection to PostgreSQL was lost while index ${name} was repaired`,
    {
      facts: { index: name, table },
      hint: 'Run pgate verify --repair again: it clears away what this one left.',
      cause: error,
    },
  )
}
