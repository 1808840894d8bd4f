import { GateError } from '../../errors/error.ts'
import type { Revision } from '../file/revision.ts'
import { resolveTarget, targetParts, type Versions } from '../target/target.ts'
import type { RevisionGraph } from './graph.ts'
import { descendants, reach, tips } from './lineage.ts'
import { capped } from './named.ts'
import { walkDown, walkUp } from './walk.ts'

/** Two targets; `from` is the older one. */
interface Range {
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

/**
 * The revisions of a range, both ends among them, newest first, as `history -r` lists them: what
 * `to` comes from and revises `from`, over any number of steps. From `base`: all that `to` comes
 * from. `current` on either side means the version rows; `-N` in `from` is N revisions before `to`,
 * and `+N` in `to` N revisions after `from`, or as many as there are.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, also where `to` does not come from `from`;
 *   REVISION_MULTIPLE_HEADS
 */
export function revisionsBetween(
  graph: RevisionGraph,
  range: Range,
  current: Versions = new Set(),
): readonly Revision[] {
  const { lower, upper } = endsOf(graph, range, current)
  const reached = graph.ancestors(upper)
  const outside = [...lower].filter((id) => !reached.has(id))
  if (outside.length > 0) throw notAnAncestor(range, outside)
  const before = graph.ancestors(lower)
  const after = following(graph, lower, upper)
  const isIn = ({ id }: Revision) =>
    lower.has(id) || (reached.has(id) && !before.has(id) && (lower.size === 0 || after.has(id)))
  return Object.freeze(graph.order.filter(isIn).reverse())
}

interface Ends {
  readonly lower: Versions
  readonly upper: Versions
}

function endsOf(graph: RevisionGraph, { from, to }: Range, current: Versions): Ends {
  const steps = Number(/^-(\d{1,9})$/.exec(from)?.[1])
  if (Number.isNaN(steps)) {
    const lower = endOf(graph, from, current)
    return { lower, upper: upperEnd(graph, { from, to }, { current, lower }) }
  }
  const upper = upperEnd(graph, { from: 'base', to }, { current, lower: new Set() })
  const walk = { target: from, steps, mayEnd: true }
  const below = [...upper].map((id) => walkDown(graph, id, walk))
  const found = below.filter((id) => id !== undefined)
  return { upper, lower: new Set(found.length < below.length ? [] : found) }
}

function endOf(graph: RevisionGraph, target: string, current: Versions): Versions {
  return target === 'current' ? current : tips(graph, resolveTarget(graph, target, new Set()))
}

/** `billing@base:` is what leads to the heads of the branch, not to all heads. */
function upperEnd(
  graph: RevisionGraph,
  { from, to }: Range,
  { current, lower }: { readonly current: Versions; readonly lower: Versions },
): Versions {
  const steps = Number(/^\+(\d{1,9})$/.exec(to)?.[1])
  if (!Number.isNaN(steps)) {
    const found = walkUp(graph, lower, { target: to, steps, mayEnd: true })
    return found === undefined ? lower : new Set([found])
  }
  const upper = endOf(graph, to, current)
  if (from === 'current') return upper
  const { branch } = targetParts(graph, from)
  return branch === null ? upper : new Set([...upper].filter((id) => branch.members.has(id)))
}

/** What revises `lower`; where dependencies alone lead from there to `upper`, what depends on it. */
function following(graph: RevisionGraph, lower: Versions, upper: Versions): ReadonlySet<string> {
  const after = descendants(graph, lower)
  return [...upper].some((id) => after.has(id)) ? after : reach(lower, graph.dependents)
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
