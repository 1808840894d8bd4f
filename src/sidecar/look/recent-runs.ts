import type { Session } from '../../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import { onOwnTables } from '../../store/own-tables.ts'
import { journalRows, type TableNames } from '../../store/tables.ts'
import type { RunStatus } from '../status/status.ts'

/** How many rows of the journal the status holds. */
const MOST_RUNS = 20

interface Row extends Omit<RunStatus, 'startedAt' | 'finishedAt'> {
  readonly startedAt: Date
  readonly finishedAt: Date | null
}

/**
 * The newest rows of the journal, which has to exist; none where this role may not read it. The
 * error of a failed run is left out: PostgreSQL's message may quote values of rows.
 */
export async function readRecentRuns(
  session: Session,
  names: TableNames,
): Promise<readonly RunStatus[]> {
  try {
    const { rows } = await onOwnTables(names, () => session.query<Row>(recentRunsSql(names)))
    return rows.map((row) => ({
      ...row,
      startedAt: row.startedAt.toISOString(),
      finishedAt: row.finishedAt?.toISOString() ?? null,
    }))
  } catch (error) {
    if (sqlstateOf(error) === INSUFFICIENT_PRIVILEGE) return []
    throw error
  }
}

function recentRunsSql(names: TableNames): string {
  return /* SQL */ `
    select run.id::pg_catalog.text as id, revision, name, action, outcome,
           started_at as "startedAt", finished_at as "finishedAt",
           pg_catalog.round(extract(epoch from duration) operator(pg_catalog.*) 1000)::integer as "durationMs",
           statements, statements_done as "statementsDone", role, host, pgate_version as version
      from ${journalRows(names)}
     order by run.id desc
     limit ${MOST_RUNS}`
}
