import { GateError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import type { RevisionBody } from '../revisions/revision.ts'
import { onOwnTables } from './own-tables.ts'
import type { TableNames } from './tables.ts'

/** Who runs, for the journal's rows. */
export interface Runner {
  readonly host: string
  readonly version: string
}

/** One run of a revision, as far as it is known when its row is written. */
export interface JournalEntry {
  readonly revision: string
  readonly revises: readonly string[]
  readonly dependsOn: readonly string[]
  readonly name: string
  readonly action: 'upgrade' | 'downgrade' | 'stamp' | 'verify'
  readonly checksum: string | null
  readonly statements: number | null
  readonly statementsDone: number | null
  readonly outcome: 'running' | 'done' | 'failed' | 'interrupted'
  readonly error?: string
  readonly downgrade?: RevisionBody | null
}

/** Writes one row and returns its id. A row whose outcome is not `running` is finished now. */
export async function writeJournal(
  session: Session,
  to: JournalPlace,
  entry: JournalEntry,
): Promise<string> {
  const { text, values } = journalStatement(to, entry)
  const { rows } = await onOwnTables(to.names, () => session.query<{ id: string }>(text, values))
  return rows[0]?.id ?? ''
}

/** Where rows are written, and by whom. */
export interface JournalPlace {
  readonly names: TableNames
  readonly runner: Runner
}

/** The statement that writes one row, under a name that many of one flight share. */
export function journalStatement({ names, runner }: JournalPlace, entry: JournalEntry) {
  const text = `insert into ${names.journal}
       (revision, revises, depends_on, name, action, checksum, statements, statements_done, outcome, error,
        downgrade_sql, host, pgate_version, version_table, started_at, finished_at)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
             pg_catalog.now(),
             case when $9 operator(pg_catalog.<>) 'running' then pg_catalog.clock_timestamp() end)
     returning id`
  const values = [
    entry.revision,
    entry.revises,
    entry.dependsOn,
    entry.name,
    entry.action,
    entry.checksum,
    entry.statements,
    entry.statementsDone,
    entry.outcome,
    entry.error ?? null,
    entry.downgrade?.kind === 'sql' ? entry.downgrade.text : null,
    runner.host,
    runner.version,
    names.versions,
  ]
  return { text, values, name: 'pgate_journal' }
}

/**
 * Notes that a revision which runs statement by statement has come one further. Whoever has taken
 * the run up meanwhile, without the lock or with it, has changed the row: then nothing is noted, and
 * the transaction that this is part of must not commit.
 * @throws {GateError} HISTORY_CHANGED
 */
export async function recordProgress(
  session: Session,
  names: TableNames,
  progress: { readonly id: string; readonly done: number; readonly checksum: string },
): Promise<void> {
  const { id, done, checksum } = progress
  const { rowCount } = await onOwnTables(names, () =>
    session.query(
      `update ${names.journal} set statements_done = $2, statements_done_checksum = $3
      where id operator(pg_catalog.=) $1 and outcome operator(pg_catalog.=) 'running'
        and statements_done operator(pg_catalog.=) ($2 operator(pg_catalog.-) 1)`,
      [id, done, checksum],
    ),
  )
  if (rowCount === 1) return
  throw new GateError(
    'HISTORY_CHANGED',
    `${names.journal} no longer says that this run has come to statement ${done}: another took it up`,
    {
      facts: { table: names.journal, statement: done },
      hint: 'Run pgate again: it goes on where that one came to.',
    },
  )
}

/** Ends a row that was `running`. */
export async function finishJournal(
  session: Session,
  names: TableNames,
  end: {
    readonly id: string
    readonly outcome: 'done' | 'failed' | 'interrupted'
    readonly error?: string
  },
): Promise<void> {
  await onOwnTables(names, () =>
    session.query(
      `update ${names.journal}
        set outcome = $2, error = $3, finished_at = pg_catalog.clock_timestamp()
      where id operator(pg_catalog.=) $1`,
      [end.id, end.outcome, end.error ?? null],
    ),
  )
}

/** Takes up the row of a run that did not end, so that one revision keeps one row. */
export async function reopenJournal(
  session: Session,
  names: TableNames,
  row: { readonly id: string; readonly statements: number; readonly checksum: string },
): Promise<void> {
  await onOwnTables(names, () =>
    session.query(
      `update ${names.journal}
        set outcome = 'running', error = null, finished_at = null, statements = $2, checksum = $3
      where id operator(pg_catalog.=) $1`,
      [row.id, row.statements, row.checksum],
    ),
  )
}
