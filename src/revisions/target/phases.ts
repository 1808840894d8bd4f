import type { Phase } from '../../config/choices.ts'
import type { Revision } from '../file/revision.ts'
import type { RevisionGraph } from '../graph/graph.ts'
import type { Versions } from './target.ts'

/** Where an upgrade is to go, and which of the revisions up to there are its business. */
export interface Aim {
  readonly target: string
  /** Default: `all`. */
  readonly phase?: Phase
  /** Contract revisions of which a part has run: nothing but the rest of them makes a whole schema. */
  readonly begun?: Iterable<string>
}

/**
 * The contract revisions that no expand revision comes after, through `revises` or `depends-on`: what can
 * wait for the old version of the application to be gone. Any other is due, since what comes after it needs it.
 */
export function contractLast(graph: RevisionGraph): Versions {
  const last = new Set<string>()
  for (const { id, phase } of graph.order.toReversed()) {
    const isLast = phase === 'contract' && graph.dependents(id).every((by) => last.has(by))
    if (isLast) last.add(id)
  }
  return last
}

/** What `expand` leaves: the last contract revisions, without those that are applied or have begun. */
export function leftBy(graph: RevisionGraph, current: Versions, aim: Aim): Versions {
  if (aim.phase !== 'expand') return new Set()
  const gone = [...graph.applied(current), ...graph.ancestors(aim.begun ?? [])]
  return contractLast(graph).difference(new Set(gone))
}

/** Those of a plan that a `contract` run must not run: an expand gate is to run them first. */
export function earlyIn(
  graph: RevisionGraph,
  plan: readonly Revision[],
  { phase }: Pick<Aim, 'phase'>,
): readonly Revision[] {
  if (phase !== 'contract') return []
  const last = contractLast(graph)
  return plan.filter(({ id }) => !last.has(id))
}

/** Some contract revisions wait: these, in the order in which they will be run. */
export interface WaitingState {
  readonly left: readonly string[]
  /** The version rows of such a database. */
  readonly versions: Versions
}

/**
 * The states between expand and contract: all of the last contract revisions wait, then all but the first
 * of them, and so on. None in a folder without one.
 */
export function waitingStates(graph: RevisionGraph): readonly WaitingState[] {
  const last = contractLast(graph)
  const ids = graph.order.flatMap(({ id }) => (last.has(id) ? [id] : []))
  return ids.map((_, index) => {
    const left = ids.slice(index)
    const reached = new Set(graph.revisions.keys()).difference(new Set(left))
    return { left, versions: rowsOf(graph, reached) }
  })
}

/**
 * The version rows that count as those that `expand` leads to: contract revisions that are applied as
 * well, by a contract run before or meanwhile, come on top.
 */
export function withContracted(graph: RevisionGraph, expected: Versions, rows: Versions): Versions {
  const applied = graph.applied(rows).intersection(contractLast(graph))
  return applied.size === 0 ? expected : rowsOf(graph, graph.ancestors([...expected, ...applied]))
}

/** The version rows of a database that has applied these: those that none of them revises or depends on. */
export function rowsOf(graph: RevisionGraph, reached: Versions): Versions {
  return new Set([...reached].filter((id) => !graph.dependents(id).some((by) => reached.has(by))))
}
