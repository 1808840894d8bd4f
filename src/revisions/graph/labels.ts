import type { RevisionGraph } from './graph.ts'
import { descendants } from './lineage.ts'

/**
 * The branch labels that each revision bears: its own, those of the revisions it comes from, and,
 * below a label, up to where the branch leaves another one. Alembic shows a label in the same
 * places. Lists are in alphabetical order; revisions without one are absent.
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html#using-branch-labels
 */
export function branchLabels(graph: RevisionGraph): ReadonlyMap<string, readonly string[]> {
  const labels = new Map<string, Set<string>>()
  for (const { id, branchLabels: own } of graph.order) {
    for (const label of own) {
      for (const bearer of [...descendants(graph, [id]), ...upstream(graph, id)]) {
        const borne = labels.get(bearer)
        if (borne === undefined) labels.set(bearer, new Set([label]))
        else borne.add(label)
      }
    }
  }
  return new Map([...labels].map(([id, borne]) => [id, [...borne].sort()]))
}

/** From the labelled revision back, until a branch point or a merge. */
function upstream(graph: RevisionGraph, from: string): readonly string[] {
  const found: string[] = []
  let id: string | undefined = from
  while (id !== undefined && graph.dependents(id).length <= 1) {
    const revises: readonly string[] = graph.revisions.get(id)?.revises ?? []
    if (revises.length > 1) break
    found.push(id)
    id = revises[0]
  }
  return found
}
