import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { meaningOf } from '../../revisions/sql/read-statements.ts'
import { onOwnTables } from '../../store/own-tables.ts'
import { type FailedRun, failedSql, refuseJournalLeftBehind } from '../../store/state.ts'
import { type Run, resetSession, withTables } from './run.ts'
import { transaction } from './watch/watch.ts'

/** Which rows there are to be; computed from the rows that are there. */
export interface StampRequest {
  readonly graph: RevisionGraph
  readonly versionsAfter: (versions: ReadonlySet<string>) => ReadonlySet<string>
}

/** The version rows before and after. */
export interface StampOutcome {
  readonly from: ReadonlySet<string>
  readonly versions: ReadonlySet<string>
}

/**
 * Sets the version rows without running anything, and notes it in the journal, in one transaction.
 * The caller holds the gate's lock.
 * @throws {GateError} HISTORY_CHANGED
 */
export async function stamp(
  run: Run,
  { graph, versionsAfter }: StampRequest,
): Promise<StampOutcome> {
  await resetSession(run)
  return transaction(run, async () => {
    await refuseJournalLeftBehind(run.session, run.names)
    const noting = await withTables(run)
    const from = await run.names.history.read(run.session)
    const failed = await onOwnTables(run.names, () =>
      run.session.query<FailedRun>(failedSql(run.names)),
    )
    const open = new Set(failed.rows.map(({ revision }) => revision))
    const versions = versionsAfter(from)
    await run.names.history.change(run.session, {
      from,
      to: versions,
      revisions: graph.revisions,
      isStamp: true,
    })
    for (const id of versions) {
      if (!from.has(id) || open.has(id)) await noteStamp(noting, graph, id)
    }
    return Object.freeze({ from, versions })
  })
}

async function noteStamp(run: Run, graph: RevisionGraph, id: string): Promise<void> {
  const revision = graph.revisions.get(id)
  // Code of another tool: it keeps no checksum of it, and what a formatter changes is no edit.
  const isOpaque = revision?.upgrade.kind === 'opaque'
  await run.journal.write(run.session, {
    revision: id,
    revises: revision?.revises ?? [],
    dependsOn: revision?.dependsOn ?? [],
    name: revision?.message ?? '',
    action: 'stamp',
    checksum: (!isOpaque && revision?.checksum) || null,
    meaning: revision === undefined ? null : await meaningOf(revision.upgrade),
    statements: null,
    statementsDone: null,
    outcome: 'done',
    downgrade: revision?.downgrade ?? null,
    phase: revision?.phase,
  })
}
