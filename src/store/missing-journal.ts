import type { Log } from '../base/log.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { qualifiedName } from '../postgres/sql/identifier.ts'
import { inspect } from './inspection.ts'
import { JOURNAL, journalRows, type TableNames } from './tables.ts'

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
