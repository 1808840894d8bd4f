import { GateError } from '../errors/error.ts'
import type { PipelineStatement, QueryResult, Session } from '../postgres/session/session.ts'
import { DIVISION_BY_ZERO, sqlstateOf } from '../postgres/sql/sqlstate.ts'
import { assertSql, lockSql } from './inspection-sql.ts'

/**
 * What goes before writes into tables of pgate's own that were looked at before, in the same pipeline
 * and transaction: whoever has put a trigger on one of them since is noticed before it runs.
 */
export function beforeWrites(tables: readonly string[]): readonly PipelineStatement[] {
  return [{ text: lockSql(tables) }, { text: assertSql(tables) }]
}

/**
 * Writes into a table of pgate's own inside the caller's transaction, in one round trip.
 * @throws {GateError} HISTORY_TABLE where a trigger or a foreign key hangs on it; else the server's
 *   or the socket's error, unchanged
 */
export async function writeOwn<Row>(
  session: Session,
  table: string,
  statement: PipelineStatement,
): Promise<QueryResult<Row>> {
  const before = beforeWrites([table])
  const { results, failure } = await session.pipeline([...before, statement])
  if (failure === undefined) return results[before.length] as QueryResult<Row>
  if (failure.index === 1 && sqlstateOf(failure.error) === DIVISION_BY_ZERO) {
    throw changedMeanwhile(table, failure.error)
  }
  throw failure.error
}

function changedMeanwhile(table: string, cause: unknown): GateError {
  return new GateError(
    'HISTORY_TABLE',
    `${table} has got a trigger or a foreign key since pgate looked at it`,
    {
      facts: { table },
      hint: `See with \\d ${table} what it is and who owns its function, and drop it; it was not run. Nobody but the role that migrates needs TRIGGER or REFERENCES there.`,
      cause,
    },
  )
}
