import type { StepContext } from '../config/context.ts'
import type { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import { leftBy } from '../revisions/target/phases.ts'
import { journalAncestry } from '../steps/migrate/history.ts'
import { begunIn, readExpandedFor } from '../steps/migrate/phase.ts'
import { type LastRun, readLastRestorePoint, readLastRuns } from '../store/journal-queries.ts'
import type { RestorePoint } from '../store/restore-point.ts'
import { type MigrationState, readMigrationState } from '../store/state.ts'
import { findFaults } from './check.ts'
import type { Resources } from './resources.ts'
import type { RevisionFiles } from './revision-files.ts'

/** A revision of the files, and what the database knows of it. */
export interface RevisionState {
  readonly revision: string
  readonly message: string
  readonly file: string
  readonly phase: 'expand' | 'contract'
  /** `waiting`: PGATE_PHASE=expand leaves it. */
  readonly state: 'applied' | 'pending' | 'waiting'
  /** Its last run by pgate; `null`: another tool applied it, or nobody has. */
  readonly run: LastRun | null
}

/** Contract revisions that PGATE_PHASE=expand leaves. */
export interface Waiting {
  /** In the order in which they will be run. */
  readonly revisions: readonly string[]
  /** When the expand part was applied, and how long ago, on the database's clock; `null`: nothing says it. */
  readonly since: string | null
  readonly forMs: number | null
  /** True where PGATE_CONTRACT_AFTER is over. */
  readonly isDue: boolean
}

/** Where a database is, and what a gate would find; frozen. */
export interface DatabaseStatus {
  /** Quoted and qualified. */
  readonly historyTable: string
  readonly revisions: readonly RevisionState[]
  /** `null`: none waits. */
  readonly waiting: Waiting | null
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
  const state = await readMigrationState(at.session, names)
  const { versions, tables } = state
  const runs = tables.journal ? await readLastRuns(at.session, names) : new Map<string, LastRun>()
  const unknown = [...graph.withoutGone(versions)].filter((id) => !graph.revisions.has(id))
  // Of a row that the files lack the journal says what it came after.
  const reached = unknown.length === 0 ? versions : journalAncestry(state)
  const applied = graph.applied(reached)
  const { phase: wanted, target } = context.config
  const left = leftBy(graph, reached, { target, phase: wanted, begun: begunIn(state) })
  const pending = (id: string) => (left.has(id) ? 'waiting' : 'pending')
  return Object.freeze({
    historyTable: names.versions,
    revisions: graph.order.map(({ id, message, file, phase = 'expand' as const }) => {
      const about = { revision: id, message, file, phase }
      return {
        ...about,
        state: applied.has(id) ? 'applied' : pending(id),
        run: runs.get(id) ?? null,
      } as const
    }),
    waiting: left.size === 0 ? null : await readWaiting(context, at, { left, tables }),
    unknown,
    restorePoint: tables.journal ? await readLastRestorePoint(at.session, names) : null,
    faults: await findFaults(context, resources, at),
  })
}

async function readWaiting(
  { config }: StepContext,
  { session, files }: { readonly session: Session; readonly files: RevisionFiles },
  { left, tables }: Pick<MigrationState, 'tables'> & { readonly left: ReadonlySet<string> },
): Promise<Waiting> {
  const { graph } = files
  const expanded = await readExpandedFor({ config }, session, { graph, tables })
  const { contractAfterMs = Number.POSITIVE_INFINITY } = config
  return {
    revisions: graph.order.flatMap(({ id }) => (left.has(id) ? [id] : [])),
    since: expanded?.since ?? null,
    forMs: expanded?.forMs ?? null,
    isDue: expanded !== undefined && expanded.forMs >= contractAfterMs,
  }
}
