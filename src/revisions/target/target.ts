import { GateError } from '../../errors/error.ts'
import { type RevisionGraph, singleHead } from '../graph/graph.ts'
import { tips } from '../graph/lineage.ts'
import { type Branch, branchNamed, isName, listed, revisionNamed } from '../graph/named.ts'
import { tooFewLeft, type Walk, walkDown, walkUp } from '../graph/walk.ts'

/** The version rows that a database has; ids that the graph knows. */
export type Versions = ReadonlySet<string>

/**
 * The revisions that an upgrade's target means: `head` (there must be one), `heads`, `base` (none),
 * `+N` (the Nth revision after `current`), an id or the beginning of just one, a branch label (the
 * revision that bears it), any of these but `+N` with `+N` or `-N` behind it, and any of them on one
 * branch: `<label or revision>@…`. A full id comes before everything else but the reserved words.
 *
 * @throws {GateError} REVISION_UNKNOWN_TARGET, with the nearest ids or all that it could mean;
 *   REVISION_MULTIPLE_HEADS
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html
 */
export function resolveTarget(
  graph: RevisionGraph,
  target: string,
  current: Versions,
): readonly string[] {
  const parts = targetParts(graph, target)
  return parts.place === null ? [stepsAfter(graph, current, parts)] : placeOf(graph, parts)
}

/** The N of `+N` and `<branch>@+N`, which count from where a database is; else undefined. */
export function relativeSteps(target: string): number | undefined {
  const [, digits] = /^(?:[^@]+@)?\+(\d{1,9})$/.exec(target) ?? []
  const steps = Number(digits)
  return digits === undefined || steps === 0 ? undefined : steps
}

/**
 * The revisions that a target names by itself, whatever the database has; none is base.
 * @throws {GateError} REVISION_UNKNOWN_TARGET, REVISION_MULTIPLE_HEADS
 */
export function placeOf(graph: RevisionGraph, parts: TargetParts): readonly string[] {
  const { text, branch, steps } = parts
  const from = stoppingPlace(graph, parts)
  if (steps === undefined) return from
  const [start, ...others] = from
  if (others.length > 0) throw severalStarts(text, from)
  const found = steps < 0 ? down(graph, start, { target: text, steps: -steps }) : up()
  return found === undefined ? [] : [found]

  function up(): string | undefined {
    const among = branch === null ? {} : { among: branch.members }
    return walkUp(graph, from, { target: text, steps: steps ?? 0, ...among })
  }
}

/** Alembic walks down from base into the heads; nobody asks for that, and here it ends. */
function down(graph: RevisionGraph, start: string | undefined, walk: Walk): string | undefined {
  if (start === undefined) throw targetLeadsNowhere(graph, walk.target, 'nothing lies below base')
  return walkDown(graph, start, walk)
}

/** Without the steps. */
function stoppingPlace(graph: RevisionGraph, { branch, place }: TargetParts): readonly string[] {
  if (place === 'base') return []
  if (place === 'head') return [branchHead(graph, branch)]
  if (place === 'heads') return headsOf(graph, branch)
  return [revisionNamed(graph, place ?? '', branch)]
}

function headsOf(graph: RevisionGraph, branch: Branch | null): readonly string[] {
  return graph.heads.filter((id) => branch?.members.has(id) ?? true)
}

function branchHead(graph: RevisionGraph, branch: Branch | null): string {
  if (branch === null) return singleHead(graph)
  return singleHead(graph, { heads: headsOf(graph, branch), branch: branch.name })
}

/**
 * Goes up from where the database is. From several rows it is not clear which one is meant, as in
 * Alembic; where the way forks, the caller has to say which.
 */
function stepsAfter(graph: RevisionGraph, current: Versions, parts: TargetParts): string {
  const { text, branch, steps = 0 } = parts
  if (steps < 0) throw targetLeadsNowhere(graph, text, 'it goes down, which an upgrade does not')
  const applied = graph.applied(current)
  if (graph.rules.rows === 'each') return pendingAfter(graph, applied, { target: text, steps })
  if (branch === null && current.size > 1) throw severalStarts(text, current)
  const from = branch === null ? current : startsOn(graph, current, branch)
  const among = branch === null ? {} : { among: branch.members }
  const found = walkUp(graph, from, { target: text, steps, applied, ...among })
  if (steps === 0 || found === undefined) throw targetLeadsNowhere(graph, text, 'it goes nowhere')
  return found
}

/** The last of the first pending revisions, so many of them; they may lie between applied ones. */
function pendingAfter(graph: RevisionGraph, applied: Versions, { target, steps }: Walk): string {
  const pending = graph.order.filter(({ id }) => !applied.has(id))
  const last = pending[steps - 1]
  if (last === undefined) throw tooFewLeft(target, pending.length)
  return last.id
}

/**
 * Where a database stands on a branch: its rows there or, where other rows cover the branch, the
 * last applied revisions of it. None: the branch has not begun.
 */
function startsOn(graph: RevisionGraph, current: Versions, branch: Branch): Versions {
  const rows = [...current].filter((id) => branch.members.has(id))
  if (rows.length > 0) return new Set(rows)
  return tips(
    graph,
    [...graph.applied(current)].filter((id) => branch.members.has(id)),
  )
}

/** A target that leads nowhere, and why. */
export function targetLeadsNowhere(graph: RevisionGraph, target: string, why: string): GateError {
  return new GateError('REVISION_UNKNOWN_TARGET', `target ${target}: ${why}`, {
    facts: { target, candidates: graph.heads.slice(0, 5) },
  })
}

/** Steps that could be counted from more than one place. */
export function severalStarts(target: string, from: Iterable<string>): GateError {
  const candidates = [...from].sort()
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${target} could be counted from each of ${listed(candidates)}`,
    {
      facts: { target, candidates },
      hint: 'Name the revision to go to, or say on which branch: `<branch>@…`.',
    },
  )
}

/** A target, taken apart: `<branch>@<place>`, `<place>+N`. */
export interface TargetParts {
  readonly text: string
  /** What stands before the `@`; `null`: no branch is named. */
  readonly branch: Branch | null
  /** `head`, `heads`, `base` or a revision; `null`: steps are counted from where the database is. */
  readonly place: string | null
  /** How many revisions up (positive) or down from there; absent where no steps are named. */
  readonly steps?: number
}

const STEPS = /^(.*)([+-]\d{1,9})$/

/**
 * Takes a target apart and looks its branch up. Where all of it names a revision (`2024-01` may be
 * an id, or begin one), no steps are read into it.
 * @throws {GateError} REVISION_UNKNOWN_TARGET where there is no such branch
 *
 * @example targetParts(graph, 'billing@-1') // branch billing, place null, steps -1
 */
export function targetParts(graph: RevisionGraph, text: string): TargetParts {
  const at = text.indexOf('@')
  const branch = at === -1 ? null : branchNamed(graph, text.slice(0, at))
  const rest = text.slice(at + 1)
  const [, place, steps] = STEPS.exec(rest) ?? []
  if (place === undefined || isName(graph, rest)) return { text, branch, place: rest }
  return { text, branch, place: place === '' ? null : place, steps: Number(steps) }
}
