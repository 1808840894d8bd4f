import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { historyEntries } from '../../revisions/graph/history.ts'
import type { RevisionStatus, RevisionsStatus } from '../status/status.ts'

/** How many revisions the status holds, the newest: a page with more could not be read. */
const MOST_LISTED = 500

/** What the graph is held against; `versions` is `null` before the first answer. */
export interface Position {
  readonly target: string
  /** The version rows that the target wants; `null` where only the database can tell (`+N`). */
  readonly wanted: ReadonlySet<string> | null
  readonly versions: ReadonlySet<string> | null
  /** What rows that the files lack come from, as far as the journal knows. */
  readonly behind?: ReadonlySet<string>
}

/** Where the database stands on the graph of the files. Pure. */
export function revisionsStatus(graph: RevisionGraph, position: Position): RevisionsStatus {
  const { versions, wanted, target, behind = [] } = position
  const applied =
    versions && graph.applied(graph.rows === 'each' ? versions : [...versions, ...behind])
  const aim = graph.ancestors(wanted ?? [])
  const stateOf = (id: string): RevisionStatus['state'] => {
    if (applied === null) return 'unknown'
    if (applied.has(id)) return 'applied'
    return aim.has(id) ? 'pending' : 'beyond'
  }
  const entries = historyEntries(graph)
  return Object.freeze({
    target,
    heads: graph.heads,
    current: versions && [...versions].toSorted(),
    unknown: [...(versions ?? [])].filter((id) => !graph.revisions.has(id)).toSorted(),
    pending: applied && [...aim].filter((id) => !applied.has(id)).length,
    graph: entries.slice(0, MOST_LISTED).map((entry) => ({
      id: entry.revision,
      parents: entry.revises,
      dependsOn: entry.dependsOn,
      branchLabels: entry.branchLabels,
      message: entry.message,
      created: entry.created,
      head: entry.head !== null,
      state: stateOf(entry.revision),
    })),
    graphLeftOut: Math.max(0, entries.length - MOST_LISTED),
  })
}
