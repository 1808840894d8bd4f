import { GateError } from '../errors.ts'
import type { RevisionGraph } from './graph.ts'
import { reach, tips } from './lineage.ts'
import { capped, listed } from './named.ts'
import { nowhere, placeOf, type Versions } from './target.ts'
import { targetParts } from './target-parts.ts'

/**
 * The version rows after the targets have been stamped. Rows that lie on one line with a target
 * (before it or after it, dependencies counted) give way to it; rows of other branches stay. Of
 * targets on one line the last counts. `base` takes every row away, `<branch>@base` those of the
 * branch. `--purge` is a stamp from no rows.
 *
 * Targets are those of an upgrade; steps are counted from a named place only (`<revision>-1`).
 * @throws {GateError} REVISION_UNKNOWN_TARGET; REVISION_MULTIPLE_HEADS; HISTORY_UNKNOWN where there
 *   is a row that the files lack, since nobody can say which branch it is on
 * @see https://alembic.sqlalchemy.org/en/latest/api/commands.html#alembic.command.stamp
 */
export function stampVersions(
  graph: RevisionGraph,
  current: Versions,
  targets: readonly string[],
): Versions {
  refuseUnknown(graph, current)
  const stamps = targets.map((target) => stampOf(graph, target))
  const replaced = stamps.map(({ anchors }) => anchors).flatMap((from) => lineOf(graph, from))
  const goes = (id: string) => replaced.some((line) => line.has(id))
  const everything = stamps.some(({ all }) => all)
  const stay = everything ? [] : [...current].filter((id) => !goes(id))
  return new Set([
    ...stay,
    ...tips(
      graph,
      stamps.flatMap(({ ids }) => ids),
    ),
  ])
}

interface Stamp {
  /** The rows to set. */
  readonly ids: readonly string[]
  /** Rows on one line with any of these go. */
  readonly anchors: readonly string[]
  /** Every row goes. */
  readonly all: boolean
}

function stampOf(graph: RevisionGraph, target: string): Stamp {
  const parts = targetParts(graph, target)
  if (parts.place === null) {
    throw nowhere(graph, target, 'a stamp counts no steps from where the database is')
  }
  const ids = placeOf(graph, parts)
  if (ids.length > 0) return { ids, anchors: ids, all: false }
  if (parts.branch === null) return { ids, anchors: [], all: true }
  return { ids, anchors: [parts.branch.revision], all: false }
}

function lineOf(graph: RevisionGraph, anchors: readonly string[]): readonly ReadonlySet<string>[] {
  return anchors.flatMap((id) => [graph.ancestors([id]), reach([id], graph.dependents)])
}

function refuseUnknown(graph: RevisionGraph, current: Versions): void {
  const unknown = [...current].filter((id) => !graph.revisions.has(id)).sort()
  if (unknown.length === 0) return
  throw new GateError('HISTORY_UNKNOWN', `the files lack the database's ${listed(unknown)}`, {
    facts: { versions: capped(unknown) },
    hint: 'Stamp with --purge where these rows are to go, too.',
  })
}
