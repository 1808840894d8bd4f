import type { Revision } from '../file/revision.ts'
import type { RevisionGraph } from '../graph/graph.ts'
import { branchNamed } from '../graph/named.ts'
import { parentsOf } from '../graph/topology.ts'
import { type Aim, contractLast, leftBy, rowsOf } from './phases.ts'
import { relativeSteps, resolveTarget, type Versions } from './target.ts'

/**
 * The revisions to run, in order: the target and all that it comes from (through `revises` and
 * `depends-on`), without what the database has. Empty where it is at the target or past it. The last
 * contract revisions come last, whichever branch they are on; `expand` leaves them.
 *
 * `current` holds the version rows, each known to the graph. Targets: {@link resolveTarget}.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS
 *
 * @example upgradePlan(graph, new Set(['972fc63ffb69']), 'head') // what comes after it
 */
export function upgradePlan(
  graph: RevisionGraph,
  current: Versions,
  aim: string | Aim,
): readonly Revision[] {
  const { target, ...phased } = aimed(aim)
  const wanted = graph.ancestors(resolveTarget(graph, target, current))
  const applied = graph.applied(current)
  const left = leftBy(graph, current, { target, ...phased })
  const isPending = ({ id }: Revision) => wanted.has(id) && !applied.has(id) && !left.has(id)
  const last = contractLast(graph)
  const pending = graph.order.filter(isPending)
  if (last.size === 0) return Object.freeze(pending)
  const ends = pending.filter(({ id }) => last.has(id))
  return Object.freeze([...pending.filter(({ id }) => !last.has(id)), ...ends])
}

/** A target alone means all that leads there. */
export function aimed(aim: string | Aim): Aim {
  return typeof aim === 'string' ? { target: aim } : aim
}

/**
 * The version rows after `revision` has been applied: it takes the place of whatever it revises or
 * depends on, exactly as in Alembic, so that a branch adds a row and a merge leaves one. With a row
 * for each revision it is one more.
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html
 */
export function versionsAfter(
  { rules }: Pick<RevisionGraph, 'rules'>,
  current: Versions,
  revision: Revision,
): Versions {
  const replaced = new Set(rules.rows === 'each' ? [] : parentsOf(revision))
  return new Set([...[...current].filter((id) => !replaced.has(id)), revision.id])
}

/**
 * The version rows of a database that is at the target and nowhere else: of the target and all that
 * it comes from, those that none of them revises or depends on. `current` matters for `+N`, and for
 * `expand`, which takes no contract revision away that is applied.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS
 */
export function targetVersions(
  graph: RevisionGraph,
  aim: string | Aim,
  current: Versions = new Set(),
): Versions {
  const { target, ...phased } = aimed(aim)
  const left = leftBy(graph, current, { target, ...phased })
  const reached = new Set(graph.ancestors(resolveTarget(graph, target, current))).difference(left)
  return graph.rules.rows === 'each' ? inOrder(graph, reached) : rowsOf(graph, reached)
}

/** The ids in the order of the files, which is the order of the rows of a history that numbers them. */
export function inOrder(graph: RevisionGraph, ids: Versions): Versions {
  return new Set(graph.order.flatMap(({ id }) => (ids.has(id) ? [id] : [])))
}

/**
 * Refuses a target that no database could make sense of, before one is connected to. What `+N`
 * leads to is known only there.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS
 */
export function checkTarget(graph: RevisionGraph, target: string): void {
  if (relativeSteps(target) === undefined) resolveTarget(graph, target, new Set())
  else if (target.includes('@')) branchNamed(graph, target.slice(0, target.indexOf('@')))
}

/** One revision of a plan, and the version rows before and after it. */
export interface RevisionChange {
  readonly revision: Revision
  readonly from: Versions
  readonly to: Versions
}

/** What each revision of a plan does to the version rows, one after the other. */
export function changesOf(
  plan: readonly Revision[],
  start: Versions,
  next: (versions: Versions, revision: Revision) => Versions,
): readonly RevisionChange[] {
  let to = start
  return plan.map((revision) => {
    const from = to
    to = next(from, revision)
    return { revision, from, to }
  })
}
