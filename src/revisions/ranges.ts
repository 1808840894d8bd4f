import { GateError } from '../errors.ts'
import type { RevisionGraph } from './graph.ts'
import { descendants } from './lineage.ts'
import { capped } from './named.ts'
import type { Revision } from './revision.ts'
import { placeOf, resolveTarget, type Versions } from './target.ts'
import { targetParts } from './target-parts.ts'

/** Two targets; `from` is the older one. */
export interface Range {
  readonly from: string
  readonly to: string
}

/**
 * Reads `from:to`. Without `from` it begins at `base`, without `to` it ends at `heads`.
 * @throws {GateError} USAGE
 *
 * @example parseRange('972fc63ffb69:head') // { from: '972fc63ffb69', to: 'head' }
 */
export function parseRange(text: string): Range {
  const [from, to, ...more] = text.split(':').map((part) => part.trim())
  if (from === undefined || to === undefined || more.length > 0) {
    throw new GateError('USAGE', `${text === '' ? '(empty)' : text} is no range`, {
      facts: { range: text },
      hint: 'Write <from>:<to>, <from>: or :<to>, with base, head or revisions on either side.',
    })
  }
  return { from: from === '' ? 'base' : from, to: to === '' ? 'heads' : to }
}

/** True for what {@link parseRange} is to read rather than a single target. */
export function isRange(text: string): boolean {
  return text.includes(':')
}

/**
 * The revisions of a range, both ends among them, newest first, as `history -r` lists them: what
 * `to` comes from and revises `from`, over any number of steps. From `base`: all that `to` comes
 * from. `current` on either side means the version rows; `-N` in `from` is N revisions before `to`,
 * and base where there are fewer; `+N` in `to` is N revisions after `from`.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, also where `to` does not come from `from`;
 *   REVISION_MULTIPLE_HEADS
 */
export function revisionsBetween(
  graph: RevisionGraph,
  { from, to }: Range,
  current: Versions = new Set(),
): readonly Revision[] {
  const back = /^-(\d{1,9})$/.exec(from)?.[1]
  const fixed = back === undefined ? endOf(graph, from, current, new Set()) : new Set<string>()
  const upper = onBranchOf(graph, from, endOf(graph, to, current, fixed))
  const lower = back === undefined ? fixed : stepsBelow(graph, upper, Number(back))
  const reached = graph.ancestors(upper)
  const outside = [...lower].filter((id) => !reached.has(id))
  if (outside.length > 0) throw notAnAncestor({ from, to }, outside)
  const before = graph.ancestors(lower)
  const after = descendants(graph, lower)
  const isIn = ({ id }: Revision) =>
    lower.has(id) || (reached.has(id) && !before.has(id) && (lower.size === 0 || after.has(id)))
  return Object.freeze(graph.order.filter(isIn).reverse())
}

function endOf(graph: RevisionGraph, target: string, current: Versions, start: Versions): Versions {
  return target === 'current' ? current : new Set(resolveTarget(graph, target, start))
}

/** `billing@base:` is what leads to the heads of the branch, not to all heads. */
function onBranchOf(graph: RevisionGraph, from: string, upper: Versions): Versions {
  const { branch } = targetParts(graph, from === 'current' ? 'base' : from)
  return branch === null ? upper : new Set([...upper].filter((id) => branch.members.has(id)))
}

/** N steps below each; base, as soon as one of them has fewer behind it. */
function stepsBelow(graph: RevisionGraph, upper: Versions, steps: number): Versions {
  const found = [...upper].map((id) => {
    const depth = Math.min(steps, lineBelow(graph, id))
    return placeOf(graph, { text: `${id}-${steps}`, branch: null, place: id, steps: -depth })
  })
  return found.some((ids) => ids.length === 0) ? new Set() : new Set(found.flat())
}

/** How many steps lead from a revision to base; infinite where a merge is on the way. */
function lineBelow(graph: RevisionGraph, from: string): number {
  let depth = 0
  let behind: readonly string[] = [from]
  while (behind.length === 1) {
    depth += 1
    behind = graph.revisions.get(behind[0] ?? '')?.revises ?? []
  }
  return behind.length === 0 ? depth : Number.POSITIVE_INFINITY
}

function notAnAncestor({ from, to }: Range, outside: readonly string[]): GateError {
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `range ${from}:${to}: ${to} does not come from ${from}`,
    {
      facts: { target: `${from}:${to}`, candidates: capped(outside) },
      hint: 'Write the older revision first; `pgate history` lists the newest first.',
    },
  )
}
