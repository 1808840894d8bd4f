import type { RevisionGraph } from './graph.ts'
import { parentsOf } from './topology.ts'

/** The given ids and whatever `next` leads to from them. No recursion. */
export function reach(
  from: Iterable<string>,
  next: (id: string) => readonly string[],
): ReadonlySet<string> {
  const seen = new Set<string>()
  const open = [...from]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (seen.has(id)) continue
    seen.add(id)
    for (const following of next(id)) open.push(following)
  }
  return seen
}

/** The given ids and all that revise them, over any number of steps; dependencies do not count. */
export function descendants(graph: RevisionGraph, ids: Iterable<string>): ReadonlySet<string> {
  return reach(ids, graph.children)
}

/**
 * What lies on one line with a revision: what it comes from and what comes after it, through
 * `revises` alone, and itself. Alembic asks this of every `<branch>@…`.
 */
export function branchOf(graph: RevisionGraph, id: string): ReadonlySet<string> {
  const before = reach([id], (each) => graph.revisions.get(each)?.revises ?? [])
  return new Set([...before, ...descendants(graph, [id])])
}

/**
 * Those of `ids` that no other one of them comes after, be it through `revises` or `depends-on`.
 * Ids that the graph lacks stay.
 */
export function tips(graph: RevisionGraph, ids: Iterable<string>): ReadonlySet<string> {
  const all = new Set(ids)
  const covered = graph.ancestors([...all].flatMap((id) => parentIds(graph, id)))
  return new Set([...all].filter((id) => !covered.has(id)))
}

/** What must be there before a revision; nothing for one that the graph lacks. */
export function parentIds(graph: RevisionGraph, id: string): readonly string[] {
  const revision = graph.revisions.get(id)
  return revision === undefined ? [] : parentsOf(revision)
}
