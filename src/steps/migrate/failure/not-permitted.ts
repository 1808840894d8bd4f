import { GateError } from '../../../errors/error.ts'
import type { ServerError } from '../../../postgres/sql/sqlstate.ts'

/** The role may not do what pgate itself has to: keep its tables, or become PGATE_ROLE. */
export function notPermitted(error: ServerError): GateError {
  return new GateError('MIGRATION_NOT_PERMITTED', `${error.message} (SQLSTATE ${error.sqlstate})`, {
    facts: { sqlstate: error.sqlstate, schema: error.schema, table: error.table },
  })
}
