import type { Batch, Statement } from '../revisions/file/revision.ts'
import type { RevisionChange } from '../revisions/target/plan.ts'
import type { PreparedRevision } from '../steps/migrate/prepare.ts'
import { describeStep } from '../steps/migrate/run.ts'
import { nonTransactionalSettings, resetRoleSql } from '../steps/migrate/settings.ts'
import { batchBlock } from './batch.ts'
import { doBlock } from './block.ts'
import {
  journalRow,
  type OfflineRunner,
  REMOVED,
  versionLines,
  versionStatement,
} from './bookkeeping.ts'
import { comment, forPsql } from './psql-text.ts'
import { freshSession, type OfflineConfig, timeouts } from './session.ts'

/** One revision as SQL for psql, in one transaction or statement by statement as it would run. */
export async function revisionLines(
  runner: OfflineRunner,
  change: RevisionChange,
  prepared: PreparedRevision,
): Promise<readonly string[]> {
  const { revision, action, mode } = prepared
  const render = mode === 'transaction' ? inTransaction : byStatements
  return [
    comment(`Running ${action} ${describeStep(revision, action)}`),
    comment(`${revision.file}${mode === 'transaction' ? '' : ', outside a transaction'}`),
    '',
    ...(await render(runner, change, prepared)),
  ]
}

/** The journal's row is written as the role that the script is run as, or PGATE_ROLE. */
const SETS_ROLE = /\brole\b|authorization\b/i

/** In the order of a connected run: the version rows first, so that a rival clashes at once. */
async function inTransaction(
  runner: OfflineRunner,
  change: RevisionChange,
  prepared: PreparedRevision,
): Promise<readonly string[]> {
  const { config } = runner
  return [
    'BEGIN;',
    ...prepared.begin.map(({ text }) => `${text};`),
    timeouts(config, 'set local'),
    versionStatement(config, change),
    '',
    ...(await Promise.all(prepared.statements.map(linesOf))),
    '',
    ...(SETS_ROLE.test(prepared.body.kind === 'sql' ? prepared.body.text : '')
      ? [`${resetRoleSql(config).join('; ')};`]
      : []),
    journalRow(runner, prepared, 'pg_catalog.now()'),
    'COMMIT;',
    freshSession(config),
  ]
}

/**
 * Each statement stands for itself; the session is put back after it. Version rows and journal
 * change together at the end, in one statement. The start is kept by psql, since RESET ALL would
 * lose it in the session.
 */
async function byStatements(
  runner: OfflineRunner,
  change: RevisionChange,
  prepared: PreparedRevision,
): Promise<readonly string[]> {
  const { config } = runner
  const startedAt = `pg_catalog.current_setting('pgate.started_at')::timestamp with time zone`
  const steps = await Promise.all(prepared.statements.map((one) => step(runner, one)))
  return [
    'select pg_catalog.clock_timestamp() as pgate_started_at \\gset',
    '',
    ...steps.flat(),
    '',
    `set pgate.started_at = :'pgate_started_at';`,
    doBlock([...versionLines(config, change), journalRow(runner, prepared, startedAt)], REMOVED),
    freshSession(config),
  ]
}

/** The rows of a COPY stand below it. */
async function linesOf({ text, copy }: Statement): Promise<string> {
  const sql = await forPsql(text)
  return copy === undefined ? sql : `${sql}\n${copy.data.replace(/(?<!\n)$/, '\n')}\\.`
}

function batchLines(config: OfflineConfig, statement: Statement, batch: Batch): readonly string[] {
  const block = batchBlock(config, statement, batch)
  return [timeouts(config, 'set'), block, freshSession(config)]
}

/** PostgreSQL takes these inside a transaction block only. */
const IN_A_BLOCK: ReadonlySet<string> = new Set([
  'LockStmt',
  'DeclareCursorStmt',
  'TransactionStmt',
])

async function step({ config }: OfflineRunner, statement: Statement): Promise<readonly string[]> {
  const { parts, begin = [], batch } = statement
  if (batch !== undefined) return batch.part === 'begin' ? [] : batchLines(config, statement, batch)
  if (parts !== undefined) {
    return [
      'BEGIN;',
      ...begin.map(({ text }) => `${text};`),
      timeouts(config, 'set local'),
      ...(await Promise.all(parts.map(linesOf))),
      'COMMIT;',
      freshSession(config),
    ]
  }
  const sql = await linesOf(statement)
  const mayRunInside = statement.transactional && statement.uncertain !== true
  return [
    mayRunInside ? timeouts(config, 'set') : `${nonTransactionalSettings(config, statement)};`,
    ...(IN_A_BLOCK.has(statement.node) ? ['BEGIN;', sql, 'COMMIT;'] : [sql]),
    freshSession(config),
  ]
}
