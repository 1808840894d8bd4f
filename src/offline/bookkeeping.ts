import { tableNames } from '../formats/formats.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { RevisionChange } from '../revisions/target/plan.ts'
import { journalFacts } from '../steps/migrate/apply/messages.ts'
import { progressChecksum } from '../steps/migrate/apply/statements.ts'
import type { PreparedRevision } from '../steps/migrate/prepare.ts'
import { journalScript } from '../store/journal.ts'
import { doBlock, raise, textArray, when } from './block.ts'
import type { OfflineConfig } from './session.ts'

/** What the rows of a script say of where they came from. */
export interface OfflineRunner {
  readonly config: OfflineConfig
  readonly version: string
}

/** What {@link versionLines} declares. */
export const REMOVED: readonly string[] = ['removed bigint;']

/**
 * The statements of a procedure that turn the version rows of before into those of after, and raise
 * where a row that is to go is not there; with {@link REMOVED} declared.
 */
export function versionLines(
  config: OfflineConfig,
  { from, to, revision }: RevisionChange,
): readonly string[] {
  const { history } = tableNames(config)
  const { removed, remove, adds } = history.changeScript({
    from,
    to,
    revisions: new Map([[revision.id, revision]]),
  })
  const message = `pgate: ${history.table} no longer holds ${removed.join(', ')}: somebody else changed it`
  const remedy = 'Find the other tool that migrates this database and stop it.'
  const removal = [
    remove,
    'get diagnostics removed = row_count;',
    ...when(`removed operator(pg_catalog.<>) ${removed.length}`, [
      raise(quoteLiteral(message), quoteLiteral(remedy)),
    ]),
  ]
  return [...(removed.length === 0 ? [] : removal), ...adds]
}

/** The same, to be run by itself; inside a transaction. */
export function versionStatement(config: OfflineConfig, change: RevisionChange): string {
  const lines = versionLines(config, change)
  const removes = [...change.from].some((id) => !change.to.has(id))
  return removes ? doBlock(lines, REMOVED) : lines.join('\n')
}

/**
 * The journal's row of a revision that has run, as a connected gate would have left it, but for
 * `host`, which is `offline`. `startedAt` is an expression.
 */
export function journalRow(
  { config, version }: OfflineRunner,
  prepared: PreparedRevision,
  startedAt: string,
): string {
  const { statements, mode } = prepared
  const facts = journalFacts(prepared)
  const stepwise = mode === 'statements' && statements.length > 0
  const way = facts.downgrade?.kind === 'sql' ? quoteLiteral(facts.downgrade.text) : 'null'
  const row = {
    revision: quoteLiteral(facts.revision),
    revises: textArray(facts.revises),
    depends_on: textArray(facts.dependsOn),
    name: quoteLiteral(facts.name),
    action: quoteLiteral(facts.action),
    checksum: quoteLiteral(facts.checksum),
    meaning: facts.meaning === null ? 'null' : quoteLiteral(facts.meaning),
    statements: String(facts.statements),
    statements_done: String(facts.statements),
    statements_done_checksum: stepwise ? quoteLiteral(progressChecksum(statements)) : 'null',
    outcome: "'done'",
    host: "'offline'",
    pgate_version: quoteLiteral(version),
    started_at: startedAt,
    finished_at: 'pg_catalog.clock_timestamp()',
    downgrade_sql: way,
    ...(facts.phase && { phase: quoteLiteral(facts.phase) }),
  }
  return journalScript(tableNames(config), row)
}
