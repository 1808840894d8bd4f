import { type PublicReason, publicReason } from '../errors/public-reason.ts'
import { observe } from '../postgres/session/observe.ts'
import type { Session } from '../postgres/session/session.ts'
import { type BatchState, readBatches } from './batch-state.ts'
import { elapsedSql, expandedSql } from './journal-sql.ts'
import { onOwnTables } from './own-tables.ts'
import { asRestorePoint, type RestorePoint } from './restore-point.ts'
import { journalRows, type TableNames } from './tables.ts'

/**
 * The revisions that pgate itself has run and nobody stamped, in the order of their last run.
 * @returns undefined where this role cannot read the journal
 */
export async function readRunOrder(
  session: Session,
  names: TableNames,
): Promise<readonly string[] | undefined> {
  const { rows } = await session.query<{ readable: boolean }>(
    `select coalesce(pg_catalog.has_table_privilege(pg_catalog.to_regclass($1), 'SELECT'), false) as readable`,
    [names.journal],
  )
  if (rows[0]?.readable !== true) return undefined
  const runs = await session.query<{ revision: string }>(
    `select revision from ${journalRows(names)}
      where action operator(pg_catalog.=) any (array['upgrade', 'stamp'])
        and outcome operator(pg_catalog.=) 'done'
      group by revision having pg_catalog.bool_and(action operator(pg_catalog.=) 'upgrade')
      order by pg_catalog.max(id)`,
  )
  return runs.rows.map(({ revision }) => revision)
}

/** Since when the expand part is applied. */
export interface Expanded {
  readonly since: string
  readonly forMs: number
}

/** Undefined where no row of the journal, which has to exist, says so. */
export async function readExpanded(
  session: Session,
  names: TableNames,
  last: readonly string[],
): Promise<Expanded | undefined> {
  const { rows } = await onOwnTables(names, () =>
    session.query<{ since: Date | null; forMs: string }>(
      `select since, ${elapsedSql('since')} as "forMs"
         from (select ${expandedSql(names, '$1::pg_catalog.text[]')} as since) one`,
      [last],
    ),
  )
  const [{ since = null, forMs = '' } = {}] = rows
  return since === null ? undefined : { since: since.toISOString(), forMs: Number(forMs) }
}

/** One run of the journal as it is shown. */
export interface RecentRun {
  readonly id: string
  /** Of a verify the version rows. */
  readonly revision: string
  readonly name: string
  readonly action: 'upgrade' | 'downgrade' | 'stamp' | 'accept' | 'verify'
  readonly outcome: 'running' | 'done' | 'failed' | 'interrupted'
  readonly startedAt: string
  readonly finishedAt: string | null
  readonly durationMs: number | null
  readonly statements: number | null
  readonly statementsDone: number | null
  readonly role: string
  readonly host: string
  readonly version: string
  /** The run of pgate that wrote it last, as its log calls it; `null`: an older pgate's. */
  readonly runId: string | null
  /** Where the database was before; `null`: not known, or not before this one alone. */
  readonly restorePoint: RestorePoint | null
  /** How far its batches are, where it is not done and has such. */
  readonly batch: BatchState | null
  /** Why it failed; `null` where it did not, or an older pgate wrote the row. */
  readonly failure: PublicReason | null
}

interface RunRow
  extends Omit<RecentRun, 'startedAt' | 'finishedAt' | 'restorePoint' | 'batch' | 'failure'> {
  readonly startedAt: Date
  readonly finishedAt: Date | null
  readonly restorePoint: unknown
  readonly lastLine: string | null
}

/** An older journal lacks the column. */
const RESTORE_POINT = `pg_catalog.to_jsonb(run) operator(pg_catalog.->) 'restore_point'`
const RUN_ID = `pg_catalog.to_jsonb(run) operator(pg_catalog.->>) 'run_id' as "runId"`

/**
 * The newest rows of the journal, which has to exist. Of the error of a failed run only what anyone may
 * read: PostgreSQL's message may quote values of rows.
 */
export async function readRecentRuns(
  session: Session,
  names: TableNames,
  most: number,
): Promise<readonly RecentRun[]> {
  const rows = await onOwnTables(names, () =>
    observe<RunRow>(
      session,
      `select run.id::text as id, revision, name, action, outcome,
           started_at as "startedAt", finished_at as "finishedAt",
           round(extract(epoch from duration) * 1000)::integer as "durationMs",
           statements, statements_done as "statementsDone", role, host, pgate_version as version,
           ${RUN_ID}, ${RESTORE_POINT} as "restorePoint", substring(error from '[^\\n]*$') as "lastLine"
      from ${journalRows(names)}
     order by run.id desc limit $1`,
      [most],
    ),
  )
  const batches = await batchesOf(session, names, rows)
  return rows.map(({ lastLine, ...row }) => ({
    ...row,
    batch: batches.get(row.id) ?? null,
    failure: publicReason(lastLine),
    startedAt: row.startedAt.toISOString(),
    finishedAt: row.finishedAt?.toISOString() ?? null,
    restorePoint: asRestorePoint(row.restorePoint),
  }))
}

/** By run; nothing is asked where all are done. */
async function batchesOf(
  session: Session,
  names: TableNames,
  runs: Iterable<Pick<RecentRun, 'outcome'>>,
): Promise<ReadonlyMap<string, BatchState>> {
  if ([...runs].every(({ outcome }) => outcome === 'done')) return new Map()
  const batches = await readBatches(session, names)
  return new Map(batches.map((one) => [one.run, one]))
}

/** When a revision was last run, how long it took, and by whom. */
export type LastRun = Omit<RecentRun, 'id' | 'revision' | 'name' | 'finishedAt' | 'version'>

/** The newest row of each revision in the journal, which has to exist. */
export async function readLastRuns(
  session: Session,
  names: TableNames,
): Promise<ReadonlyMap<string, LastRun>> {
  const { rows } = await onOwnTables(names, () =>
    session.query<Omit<RunRow, 'name' | 'finishedAt' | 'version'>>(
      `select distinct on (revision) id::pg_catalog.text as id, revision, action, outcome, started_at as "startedAt",
            (extract(epoch from duration) operator(pg_catalog.*) 1000)::integer as "durationMs",
            statements, statements_done as "statementsDone", role, host,
            ${RUN_ID}, ${RESTORE_POINT} as "restorePoint", pg_catalog.substring(error, '[^\\n]*$') as "lastLine"
       from ${journalRows(names)}
      where action operator(pg_catalog.<>) 'verify' order by revision, run.id desc`,
    ),
  )
  const batches = await batchesOf(session, names, rows)
  return new Map(
    rows.map(({ id, revision, startedAt, restorePoint, lastLine, ...run }) => [
      revision,
      {
        ...run,
        failure: publicReason(lastLine),
        startedAt: startedAt.toISOString(),
        restorePoint: asRestorePoint(restorePoint),
        batch: batches.get(id) ?? null,
      },
    ]),
  )
}

/** Where the database was before the newest run that has left something in it, by the journal, which has to exist. */
export async function readLastRestorePoint(
  session: Session,
  names: TableNames,
): Promise<RestorePoint | null> {
  const { rows } = await onOwnTables(names, () =>
    session.query(
      `select point from (select run.id, ${RESTORE_POINT} as point from ${journalRows(names)}
                where run.outcome operator(pg_catalog.=) any (array['running', 'done']) or run.statements_done operator(pg_catalog.>) 0) kept
        where pg_catalog.jsonb_typeof(point) operator(pg_catalog.=) 'object' order by id desc limit 1`,
    ),
  )
  return asRestorePoint(rows[0]?.point)
}

/** The planned revisions (an array as SQL) of which a run stopped half-way, as `revision`. */
export function unfinishedSql(names: TableNames, planned: string): string {
  return `select newest.revision
      from (select distinct on (run.revision) run.revision, run.outcome from ${journalRows(names)}
             where run.action operator(pg_catalog.<>) 'verify'
               and (run.outcome operator(pg_catalog.=) any (array['running', 'done']) or run.statements_done operator(pg_catalog.>) 0)
             order by run.revision, run.id desc) newest
     where newest.outcome operator(pg_catalog.<>) 'done' and newest.revision operator(pg_catalog.=) any (${planned})`
}
