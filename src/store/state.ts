import type { Log } from '../base/log.ts'
import { JOURNAL } from '../config/values.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { qualifiedName } from '../postgres/sql/identifier.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { readExistingTables } from './existing-tables.ts'
import type { HistoryRow } from './history-store.ts'
import { inspect } from './inspection.ts'
import { onOwnTables } from './own-tables.ts'
import { type ExistingTables, journalRows, type TableNames } from './tables.ts'

/** What the database says of itself before anything is planned; frozen. */
export interface MigrationState {
  /** The rows of the version table; empty where there is none. */
  readonly versions: ReadonlySet<string>
  readonly tables: ExistingTables
  /** The newest journal row of each revision. */
  readonly journal: ReadonlyMap<string, JournalRecord>
  /** The rows that say more than an id, by it. */
  readonly rows?: ReadonlyMap<string, HistoryRow>
  /** Those of the version rows whose newest run is an upgrade that failed; absent: none. */
  readonly failed?: readonly FailedRun[]
}

/** An upgrade that failed, and whose version row is there all the same. */
export interface FailedRun {
  readonly revision: string
  readonly statementsDone: number
  readonly startedAt: string
}

/** The newest run of one revision. */
export interface JournalRecord {
  readonly id: string
  readonly revision: string
  readonly revises: readonly string[]
  readonly action: 'upgrade' | 'downgrade' | 'stamp' | 'accept'
  readonly outcome: 'running' | 'done' | 'failed' | 'interrupted'
  readonly checksum: string | null
  readonly statementsDone: number
  readonly statementsDoneChecksum: string | null
  /** `null`: expand, or from before there were phases. */
  readonly phase: 'contract' | null
  readonly startedAt: string
}

/**
 * Reads version rows and journal, without a lock and without writing. A missing table reads as an
 * empty one: a new database is at base, and an Alembic database has no journal yet.
 * @param knownTables which tables there are; absent: it is asked for, in a round trip of its own
 * @throws {GateError} HISTORY_TABLE where one of them is of another shape or must not be touched, or
 *   the journal elsewhere
 */
export async function readMigrationState(
  session: Session,
  names: TableNames,
  knownTables?: ExistingTables,
): Promise<MigrationState> {
  const tables = knownTables ?? (await readExistingTables(session, names))
  if (!tables.versions) await names.history.refuseElsewhere(session)
  const { versions, journal, failed } = await readRows(session, names, tables)
  if (isMissing(tables, versions.length)) await refuseJournalLeftBehind(session, names)
  return Object.freeze({
    versions: new Set(versions.map((row) => row.id)),
    rows: new Map(versions.map((row) => [row.id, row])),
    tables,
    journal: new Map(journal.map((row) => [row.revision, Object.freeze(row)])),
    failed,
  })
}

/** The state without rows of old files that are gone, where the folder's tool passes over them. */
export function withoutRowsOfRemovedFiles(
  graph: RevisionGraph,
  state: MigrationState,
): MigrationState {
  return graph.rules.rows === 'heads'
    ? state
    : Object.freeze({ ...state, versions: graph.withoutGone(state.versions) })
}

/** Whether something was applied, and no journal is there to say how. */
export function isMissing({ journal }: ExistingTables, versionRows: number): boolean {
  return !journal && versionRows > 0
}

/** The rows of the tables that there are, in one round trip. */
async function readRows(session: Session, names: TableNames, there: ExistingTables) {
  const asked = [
    ...(there.versions ? [{ text: names.history.rowsSql }] : []),
    ...(there.journal ? [{ text: journalSql(names) }] : []),
    ...(there.versions && there.journal ? [{ text: failedSql(names) }] : []),
  ]
  if (asked.length === 0) return { versions: [], journal: [], failed: [] }
  const { results, failure } = await session.pipeline(asked)
  if (failure !== undefined) await onOwnTables(names, () => Promise.reject(failure.error))
  const rows = results.map((result) => result.rows)
  const versions = there.versions ? rows.shift() : []
  const journal = there.journal ? rows.shift() : []
  return {
    versions: (versions ?? []) as unknown as HistoryRow[],
    journal: (journal ?? []) as unknown as JournalRecord[],
    failed: (rows.shift() ?? []) as unknown as FailedRun[],
  }
}

const STARTED_AT = `pg_catalog.to_char(started_at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS "UTC"') as "startedAt"`

/**
 * A version row that a revision has committed before it failed; reads as {@link FailedRun}. One that was
 * applied before is none: a rival without the lock failed at it.
 */
export function failedSql(names: TableNames): string {
  return `select revision, coalesce(statements_done, 0) as "statementsDone", ${STARTED_AT}
       from (select distinct on (run.revision) run.revision, run.action, run.outcome, run.started_at, run.statements_done
               from ${journalRows(names)}
              where run.action operator(pg_catalog.<>) 'verify'
              order by run.revision, run.id desc) newest
      where action operator(pg_catalog.=) 'upgrade'
        and outcome operator(pg_catalog.=) any (array['failed', 'interrupted'])
        and revision operator(pg_catalog.=) any (array(${names.history.idsSql}))
        and coalesce((select run.action from ${journalRows(names)}
               where run.revision operator(pg_catalog.=) newest.revision
                 and run.outcome operator(pg_catalog.=) 'done' and run.action operator(pg_catalog.<>) 'verify'
               order by run.id desc limit 1), 'downgrade') operator(pg_catalog.=) 'downgrade'
      order by revision`
}

function journalSql(names: TableNames): string {
  return `select distinct on (revision)
            id, revision, coalesce(revises, '{}') as revises, action, outcome, checksum,
            coalesce(statements_done, 0) as "statementsDone",
            statements_done_checksum as "statementsDoneChecksum",
            pg_catalog.to_jsonb(run) operator(pg_catalog.->>) 'phase' as phase,
            ${STARTED_AT}
       from ${journalRows(names)}
      where action operator(pg_catalog.<>) 'verify'
        and (outcome operator(pg_catalog.=) any (array['running', 'done']) or statements_done operator(pg_catalog.>) 0)
      order by revision, id desc`
}

/** What the statements of a recorded run mean; `null` where the journal does not know it. */
export async function readMeaning(
  session: Session,
  names: TableNames,
  { id }: Pick<JournalRecord, 'id'>,
): Promise<string | null> {
  const { rows } = await onOwnTables(names, () =>
    // A journal of version 1 lacks the column.
    session.query<{ meaning: string | null }>(
      `select pg_catalog.to_jsonb(run) operator(pg_catalog.->>) 'meaning' as meaning
         from ${names.journal} run where run.id operator(pg_catalog.=) $1`,
      [id],
    ),
  )
  return rows[0]?.meaning ?? null
}

/**
 * For a database whose journal is not there: refuses where the journal stands in PGATE_SCHEMA, from
 * before PGATE_JOURNAL_SCHEMA was set. To begin another would forget which revision stopped half-way.
 * @throws {GateError} HISTORY_TABLE
 */
export async function refuseJournalLeftBehind(session: Session, names: TableNames): Promise<void> {
  const { schema, journalSchema } = names
  if (schema === journalSchema) return
  const journal = qualifiedName(schema, JOURNAL)
  const there = await inspect(session, { tables: [journal], role: names.role })
  if (there.size === 0) return
  const { rows } = await session.query(`select from ${journalRows({ ...names, journal })} limit 1`)
  if (rows.length === 0) return
  const into = qualifiedName(journalSchema)
  throw new GateError(
    'HISTORY_TABLE',
    `${journal} holds the journal of ${names.versions}, and PGATE_JOURNAL_SCHEMA says that it is ${names.journal}`,
    {
      facts: { found: journal, journal: names.journal },
      hint: `Take PGATE_JOURNAL_SCHEMA away, or move the table as its owner: CREATE SCHEMA IF NOT EXISTS ${into}; ALTER TABLE ${journal} SET SCHEMA ${into};`,
    },
  )
}

/** Says that version rows have no journal: right after another tool's migrations, or a loss. */
export function noteMissingJournal(
  log: Pick<Log, 'warn'>,
  { versions, journal }: TableNames,
  rows: ReadonlySet<string>,
): void {
  log.warn(
    'journal.missing',
    `${versions} has rows and ${journal} is not there: edits of what was applied so far go unnoticed. As expected where another tool (Alembic) has applied it; else somebody has dropped the journal, or PGATE_JOURNAL_SCHEMA was another. The next revision begins a new one.`,
    { versions: [...rows], journal },
  )
}
