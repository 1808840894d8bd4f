import type { QueryResult, Session } from '../postgres/session/session.ts'
import { liftSessionLimits } from '../postgres/session/session-limits.ts'

/**
 * All that changes how the server prints a definition. With nothing but pg_catalog on the
 * search_path every other name is qualified; pg_temp, which is searched first where it is not named,
 * comes last, so that no other client's temporary table is taken for a catalog. The last three keep
 * a big catalog quick: jit would only cost time; right after a migration the catalogs have no statistics yet, and nested loops chosen without them
 * take the square of the number of tables; and a statement_timeout that suits the application's role
 * must not end the read, since the gate's deadline does. A lock is not waited for in a queue: the
 * reader tries again.
 */
export const FIXED_SETTINGS = /* SQL */ `
  set local search_path = pg_catalog, pg_temp;
  set local timezone = 'UTC';
  set local datestyle = 'ISO, YMD';
  set local intervalstyle = 'postgres';
  set local lc_monetary = 'C';
  set local standard_conforming_strings = on;
  set local extra_float_digits = 1;
  set local bytea_output = 'hex';
  set local quote_all_identifiers = off;
  set local jit = off;
  set local enable_nestloop = off;
  set local statement_timeout = 0;
  set local lock_timeout = '3s';
`

const SAVEPOINT = 'pgate_fixed_settings'

/**
 * Runs one statement under settings that are the same on every server, and leaves the session's
 * own as they were, also where the statement fails. Outside a transaction all goes out as one
 * message, which is one implicit transaction: SET LOCAL ends with it, through a pooler too, and no
 * COMMIT is there to be forgotten. Inside one, a savepoint takes the settings back.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-MULTI-STATEMENT
 */
export async function queryWithFixedSettings<Row>(
  session: Session,
  statement: string,
): Promise<QueryResult<Row>> {
  const text = `${FIXED_SETTINGS}${liftSessionLimits(session, 'transaction')};\n${statement}`
  if (session.transactionStatus() !== 'open') return session.query<Row>(text)
  await session.query(`savepoint ${SAVEPOINT}`)
  try {
    return await session.query<Row>(text)
  } finally {
    await session.query(`rollback to savepoint ${SAVEPOINT}; release savepoint ${SAVEPOINT}`)
  }
}
