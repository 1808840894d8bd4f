import { GateError } from '../errors/error.ts'
import type { PipelineStatement, Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { Revision, RevisionBody } from '../revisions/file/revision.ts'
import { onOwnTables, writeOwn } from './own-tables.ts'
import type { RestorePoint } from './restore-point.ts'
import type { TableNames } from './tables.ts'

/** From where pgate runs: what journal rows name of it. */
export interface Origin {
  readonly host: string
  readonly version: string
  /** The run's id, as each line of its log has it. */
  readonly run: string
}

/** What rows name; without the run: they do not say it. @see ExistingTables.lacksRun */
export type RowOrigin = Omit<Origin, 'run'> & Partial<Pick<Origin, 'run'>>

/** For a journal that has no place for the run. */
export function runless({ host, version }: Origin): RowOrigin {
  return { host, version }
}

/** One run of a revision, as far as it is known when its row is written. */
export interface JournalEntry {
  readonly revision: string
  readonly revises: readonly string[]
  readonly dependsOn: readonly string[]
  readonly name: string
  readonly action: 'upgrade' | 'downgrade' | 'stamp' | 'accept' | 'verify'
  readonly checksum: string | null
  /** What `accept` holds an edited file against. @see meaningHash */
  readonly meaning?: string | null
  readonly statements: number | null
  readonly statementsDone: number | null
  readonly outcome: 'running' | 'done' | 'failed' | 'interrupted'
  readonly error?: string
  readonly downgrade?: RevisionBody | null
  readonly phase?: Revision['phase'] | undefined
}

/**
 * pgate's own rows: what was run, how far it came, and how it ended. Everything is written inside the
 * caller's transaction; HISTORY_TABLE where another hand has changed the table.
 */
export interface Journal {
  /** Writes one row and returns its id. A row whose outcome is not `running` is finished now. */
  write(session: Session, entry: JournalEntry): Promise<string>
  /** The same as one message, under a name that many of one pipeline share. */
  statement(entry: JournalEntry): PipelineStatement
  /**
   * Notes that a revision which runs statement by statement has come one further. A gate that has
   * continued the run meanwhile, without the lock or with it, has changed the row: then nothing is noted, and
   * the transaction that this is part of must not commit.
   * @throws {GateError} HISTORY_CHANGED
   */
  recordProgress(session: Session, progress: Progress): Promise<void>
  /** Ends a row that was `running`. */
  finish(session: Session, end: RunEnd): Promise<void>
  /** Takes up the row of a run that did not end, so that one revision keeps one row. */
  reopen(
    session: Session,
    row: Pick<JournalEntry, 'statements' | 'checksum' | 'meaning'> & { readonly id: string },
  ): Promise<void>
}

interface Progress {
  readonly id: string
  readonly done: number
  readonly checksum: string
}

interface RunEnd {
  readonly id: string
  readonly outcome: 'done' | 'failed' | 'interrupted'
  readonly error?: string
}

/** The journal, whose rows say that `origin` wrote them, and where the database was before the run. */
export function journalOf(
  names: TableNames,
  origin: RowOrigin,
  restorePoint: RestorePoint | null = null,
): Journal {
  const { journal } = names
  const { run } = origin
  const write = <Row>(session: Session, text: string, values: readonly unknown[]) =>
    onOwnTables(names, () => writeOwn<Row>(session, journal, { text, values }))
  const statement = (entry: JournalEntry) => rowStatement(names, { origin, restorePoint }, entry)
  return Object.freeze<Journal>({
    statement,
    write: async (session, entry) => {
      const { text, values } = statement(entry)
      const { rows } = await write<{ id: string }>(session, text, values)
      return rows[0]?.id ?? ''
    },
    recordProgress: async (session, { id, done, checksum }) => {
      const text = `update ${journal} set statements_done = $2, statements_done_checksum = $3
      where id operator(pg_catalog.=) $1 and outcome operator(pg_catalog.=) 'running'
        and statements_done operator(pg_catalog.=) ($2 operator(pg_catalog.-) 1)`
      const { rowCount } = await write(session, text, [id, done, checksum])
      if (rowCount !== 1) throw takenUp(journal, done)
    },
    finish: async (session, { id, outcome, error }) => {
      const text = `update ${journal}
        set outcome = $2, error = $3, finished_at = pg_catalog.clock_timestamp()
      where id operator(pg_catalog.=) $1`
      await write(session, text, [id, outcome, error ?? null])
    },
    reopen: async (session, { id, statements, checksum, meaning }) => {
      const text = `update ${journal}
        set outcome = 'running', error = null, finished_at = null, statements = $2, checksum = $3, meaning = $4${run === undefined ? '' : ', run_id = $5'}
      where id operator(pg_catalog.=) $1`
      const values = [id, statements, checksum, meaning ?? null]
      await write(session, text, run === undefined ? values : [...values, run])
    },
  })
}

function takenUp(journal: string, done: number): GateError {
  return new GateError(
    'HISTORY_CHANGED',
    `${journal} no longer says that this run has come to statement ${done}: another took it up`,
    {
      facts: { table: journal, statement: done },
      hint: 'Run pgate again: it continues where that one stopped.',
    },
  )
}

function rowStatement(
  names: TableNames,
  {
    origin,
    restorePoint,
  }: { readonly origin: RowOrigin; readonly restorePoint: RestorePoint | null },
  entry: JournalEntry,
) {
  const { host, version, run } = origin
  const isNamed = run !== undefined
  const text = insertRow(names, isNamed ? { ...ROW, run_id: '$17::pg_catalog.text' } : ROW)
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
    host,
    version,
    entry.meaning ?? null,
    restorePoint && JSON.stringify(restorePoint),
    entry.phase ?? null,
    ...(isNamed ? [run] : []),
  ]
  return { text, values, name: isNamed ? 'pgate_journal' : 'pgate_journal_3' }
}

const ROW = {
  revision: '$1::pg_catalog.text',
  revises: '$2::pg_catalog.text[]',
  depends_on: '$3::pg_catalog.text[]',
  name: '$4::pg_catalog.text',
  action: '$5::pg_catalog.text',
  checksum: '$6::pg_catalog.text',
  statements: '$7::integer',
  statements_done: '$8::integer',
  outcome: '$9::pg_catalog.text',
  error: '$10::pg_catalog.text',
  downgrade_sql: '$11::pg_catalog.text',
  host: '$12::pg_catalog.text',
  pgate_version: '$13::pg_catalog.text',
  meaning: '$14::pg_catalog.text',
  restore_point: '$15::pg_catalog.jsonb',
  phase: '$16::pg_catalog.text',
  started_at: 'pg_catalog.now()',
  finished_at: `case when $9 operator(pg_catalog.<>) 'running' then pg_catalog.clock_timestamp() end`,
}

/**
 * Writes one row of these expressions and returns its id. A sequence that is behind the journal's
 * rows, as after a switch-over by logical replication, is put behind the last of them and asked again.
 * The version table is named, though never read there, so that a revision which has taken it away
 * does not commit.
 */
function insertRow(names: TableNames, row: Readonly<Record<string, string>>): string {
  const { journal, versions, history, isTheirs } = names
  const owner = isTheirs
    ? quoteLiteral(versions)
    : `coalesce(${quoteLiteral(versions)}::pg_catalog.text, (${history.idsSql} limit 1))`
  const columns = [...Object.keys(row), 'version_table'].join(', ')
  const values = [...Object.values(row), owner].join(', ')
  return `with first as (
      insert into ${journal} (${columns}) values (${values}) on conflict do nothing returning id
    ),
    moved as (${moveSequence(names)} where not exists (select from first)),
    second as (
      insert into ${journal} (${columns}) select ${values} from moved returning id
    )
    select id from first union all select id from second`
}

/** The same for a script, which has moved the sequence before: one statement. */
export function journalScript(names: TableNames, row: Readonly<Record<string, string>>): string {
  return `insert into ${names.journal}
  (${[...Object.keys(row), 'version_table'].join(', ')})
values
  (${[...Object.values(row), quoteLiteral(names.versions)].join(', ')});`
}

/** Puts the sequence behind the journal's last row; it never goes back. */
export function moveSequence({ journal }: TableNames): string {
  return `select pg_catalog.setval(seq, greatest((select pg_catalog.max(id) from ${journal}), pg_catalog.pg_sequence_last_value(seq)))
        from (select pg_catalog.pg_get_serial_sequence(${quoteLiteral(journal)}, 'id')::pg_catalog.regclass as seq) own`
}
