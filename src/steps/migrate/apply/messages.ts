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
  readonly planned: PlannedRevision
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
export function pipelineOf(run: Run, planned: PlannedRevision): readonly PipelineStep[] {
  return [
    own(planned, 'begin', { text: 'begin' }),
    ...openingOf(run, planned),
    ...bodyOf(planned),
    ...recordOf(run, planned),
    { planned, part: 'commit', send: { text: 'commit' } },
    ...run.lock.resetStatements().map((text) => own(planned, 'reset', { text })),
  ]
}

/**
 * What comes first in the transaction: SET TRANSACTION, the settings, and the version rows, so that a
 * rival without our lock clashes before anything else has run. A module's come last, so that a
 * transaction that it has ended did not take the rows along.
 */
export function openingOf(run: Run, planned: PlannedRevision): readonly PipelineStep[] {
  const { prepared, change } = planned
  const { config } = run.context
  return [
    ...prepared.begin.map(
      (statement) =>
        ({ planned, part: 'body', statement, send: { text: statement.text } }) as const,
    ),
    ...transactionSettings(config, run.names, change.durable).map((text) =>
      own(planned, 'own', { text }),
    ),
    ...(prepared.body.kind === 'sql' ? [assertion(run, planned), ...versions(run, planned)] : []),
  ]
}

/** What comes last where anything may have run in between: the role that writes pgate's rows, and these. */
export function closingOf(run: Run, planned: PlannedRevision): readonly PipelineStep[] {
  const tables = tablesOf(run)
  return [
    ...resetRoleSql(run.context.config).map((text) => own(planned, 'own', { text })),
    own(planned, 'own', { text: lockSql(tables) }, (error) => ownTableError(tables, error)),
    assertion(run, planned),
    ...(planned.prepared.body.kind === 'module' ? versions(run, planned) : []),
    ...recordOf(run, planned),
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
    phase: revision.phase,
  } as const
}

function own(
  planned: PlannedRevision,
  part: PipelineStep['part'],
  statement: PipelineStatement,
  meaning?: PipelineStep['meaning'],
): PipelineStep {
  return { planned, part, send: { ...statement, flush: false }, ...(meaning && { meaning }) }
}

function tablesOf({ names }: Run): readonly string[] {
  return [names.versions, names.journal]
}

function assertion(run: Run, planned: PlannedRevision): PipelineStep {
  const tables = tablesOf(run)
  const send = { text: assertSql(tables), name: 'pgate_assert' }
  return own(planned, 'own', send, (error) => assertError(tables, error))
}

function versions(run: Run, planned: PlannedRevision): readonly PipelineStep[] {
  const { history } = run.names
  const { lockSql: text } = history
  return [
    ...(text === undefined
      ? []
      : [own(planned, 'own', { text }, (error) => ownTableError(tablesOf(run), error))]),
    own(planned, 'own', history.changeStatement(planned.change), (error) =>
      history.changeError(planned.change, error),
    ),
  ]
}

function bodyOf(planned: PlannedRevision): readonly PipelineStep[] {
  return planned.prepared.statements.map((statement, index) => ({
    planned,
    part: 'body',
    statement,
    number: index + 1,
    send: { text: statement.text },
  }))
}

function recordOf(run: Run, planned: PlannedRevision): readonly PipelineStep[] {
  const { prepared } = planned
  const done = { statementsDone: prepared.statements.length, outcome: 'done' } as const
  const row = run.journal.statement({ ...journalFacts(prepared), ...done })
  return [own(planned, 'own', row, (error) => ownTableError(tablesOf(run), error))]
}
