import type { PipelineStatement } from '../../../postgres/session/session.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import type { VersionChange } from '../../../store/history-store.ts'
import { assertSql, lockSql } from '../../../store/inspection-sql.ts'
import { assertError, ownTableError } from '../../../store/own-tables.ts'
import type { PreparedRevision } from '../prepare.ts'
import type { Run } from '../run.ts'
import { resetRoleSql, transactionSettings } from '../settings.ts'

/** One revision of the plan, and what it does to the version rows. */
export interface PlannedRevision {
  readonly prepared: PreparedRevision
  readonly change: VersionChange & { readonly durable: boolean }
}

/** One message of a revision that runs in a transaction. */
export interface PipelineStep {
  readonly of: PlannedRevision
  readonly part: 'begin' | 'own' | 'body' | 'commit' | 'reset'
  readonly send: PipelineStatement
  /** Of the revision's own. */
  readonly statement?: Statement
  /** 1-based number of the statement. */
  readonly number?: number
  /** What is meant by an error that the server answers with; absent: what it says. */
  readonly meaning?: (error: unknown) => unknown
}

/** All that a revision is, from `begin` to the session put back, where nothing is asked in between. */
export function pipelineOf(run: Run, of: PlannedRevision): readonly PipelineStep[] {
  return [
    own(of, 'begin', { text: 'begin' }),
    ...openingOf(run, of),
    ...bodyOf(of),
    ...recordOf(run, of),
    { of, part: 'commit', send: { text: 'commit' } },
    ...run.lock.resetStatements().map((text) => own(of, 'reset', { text })),
  ]
}

/**
 * What comes first in the transaction: SET TRANSACTION, the settings, and the version rows, so that a
 * rival without our lock clashes before anything else has run. A module's come last, so that a
 * transaction that it has ended did not take the rows along.
 */
export function openingOf(run: Run, of: PlannedRevision): readonly PipelineStep[] {
  const { prepared, change } = of
  const { config } = run.context
  return [
    ...prepared.begin.map(
      (statement) => ({ of, part: 'body', statement, send: { text: statement.text } }) as const,
    ),
    ...transactionSettings(config, run.names, change.durable).map((text) =>
      own(of, 'own', { text }),
    ),
    ...(prepared.body.kind === 'sql' ? [assertion(run, of), versions(run, of)] : []),
  ]
}

/** What comes last where anything may have run in between: the role that writes pgate's rows, and these. */
export function closingOf(run: Run, of: PlannedRevision): readonly PipelineStep[] {
  const tables = tablesOf(run)
  return [
    ...resetRoleSql(run.context.config).map((text) => own(of, 'own', { text })),
    own(of, 'own', { text: lockSql(tables) }, (error) => ownTableError(tables, error)),
    assertion(run, of),
    ...(of.prepared.body.kind === 'module' ? [versions(run, of)] : []),
    ...recordOf(run, of),
  ]
}

/** What a journal row says of a revision, however it ends. */
export function journalFacts({ revision, action, statements, meaning }: PreparedRevision) {
  return {
    revision: revision.id,
    revises: revision.revises,
    dependsOn: revision.dependsOn,
    name: revision.message,
    action,
    checksum: revision.checksum,
    meaning,
    statements: statements.length,
    downgrade: revision.downgrade,
  } as const
}

function own(
  of: PlannedRevision,
  part: PipelineStep['part'],
  statement: PipelineStatement,
  meaning?: PipelineStep['meaning'],
): PipelineStep {
  return { of, part, send: { ...statement, flush: false }, ...(meaning && { meaning }) }
}

function tablesOf({ names }: Run): readonly string[] {
  return [names.versions, names.journal]
}

function assertion(run: Run, of: PlannedRevision): PipelineStep {
  const tables = tablesOf(run)
  const send = { text: assertSql(tables), name: 'pgate_assert' }
  return own(of, 'own', send, (error) => assertError(tables, error))
}

function versions({ names: { history } }: Run, of: PlannedRevision): PipelineStep {
  return own(of, 'own', history.changeStatement(of.change), (error) =>
    history.changeError(of.change, error),
  )
}

function bodyOf(of: PlannedRevision): readonly PipelineStep[] {
  return of.prepared.statements.map((statement, index) => ({
    of,
    part: 'body',
    statement,
    number: index + 1,
    send: { text: statement.text },
  }))
}

function recordOf(run: Run, of: PlannedRevision): readonly PipelineStep[] {
  const { prepared } = of
  const done = { statementsDone: prepared.statements.length, outcome: 'done' } as const
  const row = run.journal.statement({ ...journalFacts(prepared), ...done })
  return [own(of, 'own', row, (error) => ownTableError(tablesOf(run), error))]
}
