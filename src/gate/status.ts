import type { StepContext } from '../config/context.ts'
import type { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import { type LastRun, readLastRestorePoint, readLastRuns } from '../store/journal-queries.ts'
import type { RestorePoint } from '../store/restore-point.ts'
import { readMigrationState } from '../store/state.ts'
import { findFaults } from './check.ts'
import type { Resources } from './resources.ts'
import type { RevisionFiles } from './revision-files.ts'

/** A revision of the files, and what the database knows of it. */
export interface RevisionState {
  readonly revision: string
  readonly message: string
  readonly file: string
  readonly state: 'applied' | 'pending'
  /** Its last run by pgate; `null`: another tool applied it, or nobody has. */
  readonly run: LastRun | null
}

/** Where a database is, and what a gate would find; frozen. */
export interface DatabaseStatus {
  /** Quoted and qualified. */
  readonly historyTable: string
  readonly revisions: readonly RevisionState[]
  /** Rows of the history that the files lack. */
  readonly unknown: readonly string[]
  /** Where the database was before the newest run that has left something; `null`: not known. */
  readonly restorePoint: RestorePoint | null
  /** What keeps the database from being what the files promise, in the gate's order. */
  readonly faults: readonly GateError[]
}

/**
 * Puts together where the database is. Reads only, and takes no lock.
 * @throws {GateError} HISTORY_TABLE
 */
export async function readStatus(
  context: StepContext,
  resources: Pick<Resources, 'origin' | 'database'>,
  at: { readonly session: Session; readonly files: RevisionFiles },
): Promise<DatabaseStatus> {
  const { graph } = at.files
  const names = tableNames(context.config)
  const { versions, tables } = await readMigrationState(at.session, names)
  const runs = tables.journal ? await readLastRuns(at.session, names) : new Map<string, LastRun>()
  const applied = graph.applied(versions)
  return Object.freeze({
    historyTable: names.versions,
    revisions: graph.order.map(({ id, message, file }) => {
      const state = applied.has(id) ? 'applied' : 'pending'
      return { revision: id, message, file, state, run: runs.get(id) ?? null } as const
    }),
    unknown: [...graph.withoutGone(versions)].filter((id) => !graph.revisions.has(id)),
    restorePoint: tables.journal ? await readLastRestorePoint(at.session, names) : null,
    faults: await findFaults(context, resources, at),
  })
}
