import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { RevisionBody } from '../revisions/file/revision.ts'
import { onOwnTables, writeOwn } from './own-tables.ts'
import type { TableNames } from './tables.ts'

/** From where pgate runs: the host and the version that journal rows name. */
export interface Origin {
  readonly host: string
  readonly version: string
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
}

/** Writes one row and returns its id. A row whose outcome is not `running` is finished now. */
export async function writeJournal(
  session: Session,
  to: JournalPlace,
  entry: JournalEntry,
): Promise<string> {
  const { text, values } = journalStatement(to, entry)
  const { rows } = await onOwnTables(to.names, () =>
    writeOwn<{ id: string }>(session, to.names.journal, { text, values }),
  )
  return rows[0]?.id ?? ''
}

/** Where rows are written, and by whom. */
export interface JournalPlace {
  readonly names: TableNames
  readonly origin: Origin
}

/** The statement that writes one row, under a name that many of one pipeline share. */
export function journalStatement({ names, origin }: JournalPlace, entry: JournalEntry) {
  const text = insertRow(names, ROW)
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
    origin.host,
    origin.version,
    entry.meaning ?? null,
  ]
  return { text, values, name: 'pgate_journal' }
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
  const { journal, versions, history } = names
  const owner = `coalesce(${quoteLiteral(versions)}::pg_catalog.text, (${history.idsSql} limit 1))`
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

/**
 * Notes that a revision which runs statement by statement has come one further. A gate that has continued
 * the run meanwhile, without the lock or with it, has changed the row: then nothing is noted, and
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
    writeOwn(session, names.journal, {
      text: `update ${names.journal} set statements_done = $2, statements_done_checksum = $3
      where id operator(pg_catalog.=) $1 and outcome operator(pg_catalog.=) 'running'
        and statements_done operator(pg_catalog.=) ($2 operator(pg_catalog.-) 1)`,
      values: [id, done, checksum],
    }),
  )
  if (rowCount === 1) return
  throw new GateError(
    'HISTORY_CHANGED',
    `${names.journal} no longer says that this run has come to statement ${done}: another took it up`,
    {
      facts: { table: names.journal, statement: done },
      hint: 'Run pgate again: it continues where that one stopped.',
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
    writeOwn(session, names.journal, {
      text: `update ${names.journal}
        set outcome = $2, error = $3, finished_at = pg_catalog.clock_timestamp()
      where id operator(pg_catalog.=) $1`,
      values: [end.id, end.outcome, end.error ?? null],
    }),
  )
}

/** Takes up the row of a run that did not end, so that one revision keeps one row. */
export async function reopenJournal(
  session: Session,
  names: TableNames,
  row: Pick<JournalEntry, 'statements' | 'checksum' | 'meaning'> & { readonly id: string },
): Promise<void> {
  await onOwnTables(names, () =>
    writeOwn(session, names.journal, {
      text: `update ${names.journal}
        set outcome = 'running', error = null, finished_at = null, statements = $2, checksum = $3, meaning = $4
      where id operator(pg_catalog.=) $1`,
      values: [row.id, row.statements, row.checksum, row.meaning ?? null],
    }),
  )
}
