import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { pendingFault } from '../../gate/check.ts'
import type { Session } from '../../postgres/session/session.ts'
import { INSUFFICIENT_PRIVILEGE, sqlstateOf } from '../../postgres/sql/sqlstate.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { compareHistory, refuseUnfinished } from '../../steps/migrate/history.ts'
import { type MigrationState, readMigrationState } from '../../store/state.ts'
import type { TableNames } from '../../store/tables.ts'

/** Where the database stands, held against the files. */
export interface History {
  /** What would shut the gate before it looked at the schema. */
  readonly fault: GateError | undefined
  /** True where the database is ahead of the files and PGATE_AHEAD allows it. */
  readonly ahead: boolean
}

/** What was read, and what kept it from being read. */
export interface StandingLook {
  readonly state: MigrationState
  readonly fault?: GateError
}

/**
 * Version rows and journal; of a role that may not read the journal, the rows alone; and nothing of
 * tables that are not pgate's own any more.
 */
export async function readStanding(session: Session, names: TableNames): Promise<StandingLook> {
  try {
    return { state: await readMigrationState(session, names) }
  } catch (error) {
    if (error instanceof GateError) return { state: stateOf(new Set()), fault: error }
    if (sqlstateOf(error) !== INSUFFICIENT_PRIVILEGE) throw error
    return { state: stateOf(await names.history.read(session)) }
  }
}

function stateOf(versions: ReadonlySet<string>): MigrationState {
  return Object.freeze({
    versions,
    tables: { versions: true, journal: false, isOutdated: false },
    journal: new Map(),
  })
}

/** What `pgate check` would find in the history: unknown, edited, half-way and pending revisions. Pure. */
export function judgeHistory(
  { config }: Pick<StepContext, 'config'>,
  {
    graph,
    state,
    wanted,
  }: {
    readonly graph: RevisionGraph
    readonly state: MigrationState
    /** `null`: the rows are another program's, and none of them is wrong. */
    readonly wanted: ReadonlySet<string> | null
  },
): History {
  if (wanted === null) return { ahead: false, fault: undefined }
  try {
    refuseUnfinished(state, 'upgrade', graph.rules)
    const ahead = compareHistory(graph, state, config.ahead) === 'ahead'
    return { ahead, fault: ahead ? undefined : fallenBack(graph, state, wanted) }
  } catch (error) {
    if (error instanceof GateError) return { ahead: false, fault: error }
    throw error
  }
}

function fallenBack(
  graph: RevisionGraph,
  { versions }: MigrationState,
  wanted: ReadonlySet<string>,
): GateError | undefined {
  const applied = graph.applied(versions)
  const pending = [...graph.ancestors(wanted)].filter((id) => !applied.has(id))
  return pending.length === 0 ? undefined : pendingFault(pending, { again: true })
}
