import { GateError } from '../errors/error.ts'
import type { Revision } from '../revisions/file/revision.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { parentIds, reach } from '../revisions/graph/lineage.ts'
import { listed, revisionNamed } from '../revisions/graph/named.ts'
import { contractLast } from '../revisions/target/phases.ts'
import { resolveTarget } from '../revisions/target/target.ts'

/** The revisions that become one, and what that one inherits of them. */
export interface SquashRange {
  /** In order; the last gives its id. */
  readonly members: readonly Revision[]
  readonly last: Revision
  /** What members revise and depend on outside of the range; none of both: the range begins at base. */
  readonly revises: readonly string[]
  readonly dependsOn: readonly string[]
  /** Of all of them, where they wait for the contract phase; absent: expand. */
  readonly phase?: 'contract'
}

/**
 * The range of `<from>:<to>`, both included; without `from`, or with `base`, it begins at the first revision.
 * @throws {GateError} REVISION_UNKNOWN_TARGET; REVISION_NOT_SQUASHED where it is no range, something else
 *   comes from its middle, or a part of it waits for the contract phase
 */
export function squashRange(graph: RevisionGraph, wanted: string): SquashRange {
  const [start = '', end, ...more] = wanted.split(':')
  const [to, ...others] = resolveTarget(
    graph,
    end === undefined || end === '' ? 'head' : end,
    new Set(),
  )
  if (end === undefined || more.length > 0 || to === undefined || others.length > 0)
    throw notSquashed(`${wanted} is no range`, 'Write it as <from>:<to>, or base:<to>.')
  const below = graph.ancestors([to])
  const from = start === '' || start === 'base' ? undefined : revisionNamed(graph, start)
  const above = from === undefined ? below : reach([from], graph.dependents)
  const members = graph.order.filter(({ id }) => below.has(id) && above.has(id))
  const last = members.find(({ id }) => id === to)
  if (last === undefined || members.length < 2)
    throw notSquashed(
      `${wanted} holds ${members.length === 0 ? 'no revision' : 'one revision alone'}`,
      'Name two revisions, the older one first: pgate history lists them.',
    )
  const ids = new Set(members.map(({ id }) => id))
  for (const { id } of members) refuseLeaving(graph, { id, to, ids })
  const outside = (parents: readonly string[]) => parents.filter((id) => !ids.has(id))
  const revises = new Set(members.flatMap((one) => outside(one.revises)))
  const dependsOn = new Set(members.flatMap((one) => outside(one.dependsOn)))
  const phase = phaseOf(graph, members)
  return { members, last, revises: [...revises], dependsOn: [...dependsOn], ...phase }
}

/** One revision has one phase: what waits would run with what does not, or keep it waiting. */
function phaseOf(graph: RevisionGraph, members: readonly Revision[]): Pick<SquashRange, 'phase'> {
  const waits = contractLast(graph)
  const waiting = members.flatMap(({ id }) => (waits.has(id) ? [id] : []))
  const [first] = waiting
  if (first === undefined) return {}
  if (waiting.length === members.length) return { phase: 'contract' }
  throw notSquashed(
    `the range has expand revisions, and some that wait for the contract phase: ${listed(waiting)}`,
    `End the range before ${first}; once an expand revision comes after it, it can be in one.`,
  )
}

/** A branch from the middle would have nothing to revise any more. */
function refuseLeaving(
  graph: RevisionGraph,
  { id, to, ids }: { readonly id: string; readonly to: string; readonly ids: ReadonlySet<string> },
): void {
  const leaving = id === to ? [] : graph.dependents(id).filter((one) => !ids.has(one))
  if (leaving.length === 0) return
  const which = leaving.map((one) => `${one} (${parentIds(graph, one).join(', ')})`)
  throw notSquashed(
    `${listed(which)} comes from the middle of the range, from ${id}`,
    `End the range at ${id}, or merge the branches first and end it at the merge.`,
  )
}

/** REVISION_NOT_SQUASHED. */
export function notSquashed(
  why: string,
  hint: string,
  facts: Readonly<Record<string, unknown>> = {},
): GateError {
  return new GateError('REVISION_NOT_SQUASHED', why, {
    facts,
    hint: `${hint} Nothing was written.`,
  })
}
