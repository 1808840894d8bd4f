import { GateError } from '../../errors/error.ts'
import type { RevisionGraph } from '../graph/graph.ts'
import { isRecorded } from '../graph/history-rules.ts'
import { reach, tips } from '../graph/lineage.ts'
import { capped, listed } from '../graph/named.ts'
import { inOrder } from './plan.ts'
import {
  placeOf,
  type TargetParts,
  targetLeadsNowhere,
  targetParts,
  type Versions,
} from './target.ts'

/**
 * The version rows after the targets have been stamped. Rows that lie on one line with a target
 * (before it or after it, dependencies counted) give way to it, and so do the other rows of the
 * branch where `<branch>@…` moves one; rows of other branches stay. Of targets on one line the last
 * counts. `base` takes every row away, `<branch>@base` those of the branch. `--purge` is a stamp
 * from no rows. With a row for each revision, the rows are those up to the target.
 *
 * Targets are those of an upgrade; steps are counted from a named place only (`<revision>-1`).
 * Several targets, `heads` among them, are all set, whereas Alembic loses some of them where rows of
 * their branches are there.
 * @throws {GateError} REVISION_UNKNOWN_TARGET; REVISION_MULTIPLE_HEADS; HISTORY_UNKNOWN where there
 *   is a row that the files lack, since nobody can say which branch it is on
 * @see https://alembic.sqlalchemy.org/en/latest/api/commands.html#alembic.command.stamp
 */
export function stampVersions(
  graph: RevisionGraph,
  current: Versions,
  targets: readonly string[],
): Versions {
  refuseUnknown(graph, graph.withoutGone(current))
  if (graph.rules.rows === 'each') {
    const named = targets.flatMap((target) => namedBy(graph, targetParts(graph, target)))
    const others = new Set([...current].filter((id) => !graph.revisions.has(id)))
    const wanted = [...inOrder(graph, graph.ancestors(named))]
    return new Set([...others, ...wanted.filter((id) => !isRecorded(others, graph.rules, id))])
  }
  const stamps = targets.map((target) => stampOf(graph, current, target))
  const goes = new Set(stamps.flatMap(({ replaced }) => [...replaced]))
  const named = new Set(stamps.flatMap(({ ids }) => ids))
  const set = tips(graph, named)
  // A head that another one depends on is named by `heads`, and is no row of its own.
  const stay = [...current].filter((id) => !goes.has(id) && (set.has(id) || !named.has(id)))
  return new Set([...stay, ...set])
}

interface Stamp {
  /** The rows to set. */
  readonly ids: readonly string[]
  /** The rows that go; those of `ids` may be among them. */
  readonly replaced: Iterable<string>
}

function stampOf(graph: RevisionGraph, current: Versions, target: string): Stamp {
  const parts = targetParts(graph, target)
  const ids = namedBy(graph, parts)
  const { branch } = parts
  if (ids.length === 0)
    return { ids, replaced: branch === null ? current : onLine([branch.revision]) }
  const moved = onLine(ids).filter((id) => !ids.includes(id))
  return {
    ids,
    replaced: branch === null || moved.length === 0 ? moved : onLine([...ids, branch.revision]),
  }

  function onLine(anchors: readonly string[]): readonly string[] {
    const lines = anchors.flatMap((id) => [graph.ancestors([id]), reach([id], graph.dependents)])
    return [...current].filter((id) => lines.some((line) => line.has(id)))
  }
}

function namedBy(graph: RevisionGraph, parts: TargetParts): readonly string[] {
  if (parts.place !== null) return placeOf(graph, parts)
  throw targetLeadsNowhere(graph, parts.text, 'a stamp counts no steps from where the database is')
}

function refuseUnknown(graph: RevisionGraph, current: Versions): void {
  const unknown = [...current].filter((id) => !graph.revisions.has(id)).sort()
  if (unknown.length === 0) return
  throw new GateError('HISTORY_UNKNOWN', `the files lack the database's ${listed(unknown)}`, {
    facts: { versions: capped(unknown) },
    hint: 'Stamp with --purge where these rows are to go, too.',
  })
}
