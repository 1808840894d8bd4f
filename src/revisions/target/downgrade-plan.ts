import { GateError } from '../../errors/error.ts'
import type { Revision } from '../file/revision.ts'
import type { RevisionGraph } from '../graph/graph.ts'
import { branchOf, parentIds, reach } from '../graph/lineage.ts'
import { type Branch, capped, listed } from '../graph/named.ts'
import { tooFewBehind, type Walk, walkDown } from '../graph/walk.ts'
import {
  placeOf,
  severalStarts,
  type TargetParts,
  targetLeadsNowhere,
  targetParts,
  type Versions,
} from './target.ts'

/**
 * The revisions to downgrade, children before parents: whatever of the database comes after the
 * target, through `revises` first and then through `depends-on` too. Empty where the database is at
 * the target, or after `from` and it. Rows of other branches stay.
 *
 * Targets: `base`; an id, the beginning of one, a label; `-N` from the one row there is; any of
 * them on one branch, `<label or revision>@…`, which leaves what forks off elsewhere. `current` holds
 * the version rows, each known to the graph.
 *
 * @throws {GateError} REVISION_UNKNOWN_TARGET where the target is no revision, more than one, or
 *   none that the database has; REVISION_MULTIPLE_HEADS
 * @see https://alembic.sqlalchemy.org/en/latest/branches.html#working-with-branches
 */
export function downgradePlan(
  graph: RevisionGraph,
  current: Versions,
  target: DowngradeTarget,
): readonly Revision[] {
  if (typeof target !== 'string') return planFrom(graph, current, target.from)
  const { to, line } = downgradePath(graph, current, targetParts(graph, target))
  const next = to === undefined ? graph.bases : graph.children(to)
  const roots = next.length > 1 && line !== undefined ? next.filter((id) => line.has(id)) : next
  const plan = appliedAfter(graph, current, roots)
  if (plan.length === 0 && to !== undefined && !current.has(to)) {
    const isApplied = toDowngrade(graph, current).has(to)
    throw nothingAfter({ target, to, current, isApplied })
  }
  return plan
}

/** Where to go back to; or `from`, by its id, which goes itself with all that comes after it. */
export type DowngradeTarget = string | { readonly from: string }

function planFrom(graph: RevisionGraph, current: Versions, from: string): readonly Revision[] {
  if (toDowngrade(graph, current).has(from)) return appliedAfter(graph, current, [from])
  throw nothingAfter({ target: from, to: from, current, isApplied: false })
}

/** The given revisions and what comes after them, of what is applied; children first. */
function appliedAfter(
  graph: RevisionGraph,
  current: Versions,
  roots: readonly string[],
): readonly Revision[] {
  const applied = toDowngrade(graph, current)
  const after = reach(roots, graph.dependents)
  return Object.freeze(graph.order.filter(({ id }) => after.has(id) && applied.has(id)).reverse())
}

/** What is applied, without the files that run again and again, which stay as they are. */
function toDowngrade({ rules, applied }: RevisionGraph, current: Versions): Versions {
  return new Set([...applied(current)].filter((id) => rules.repeats?.(id) === undefined))
}

/** Where to go back to (undefined: base) and, where one branch alone is meant, its line. */
interface DowngradeGoal {
  readonly to: string | undefined
  readonly line?: ReadonlySet<string>
}

function downgradePath(graph: RevisionGraph, current: Versions, parts: TargetParts): DowngradeGoal {
  if (parts.place === null) return stepsBack(graph, current, parts)
  const [to, ...others] = placeOf(graph, parts)
  if (others.length > 0) throw severalStarts(parts.text, [to ?? 'base', ...others])
  return { to, ...(parts.branch !== null && { line: parts.branch.members }) }
}

/** Alembic takes an arbitrary row where there are several, with a warning; here it is refused. */
function stepsBack(
  graph: RevisionGraph,
  current: Versions,
  { text, branch, steps = 0 }: TargetParts,
): DowngradeGoal {
  if (steps >= 0) throw targetLeadsNowhere(graph, text, 'it does not go down, as a downgrade does')
  if (graph.rules.rows === 'each')
    return { to: appliedBefore(graph, current, { target: text, steps: -steps }) }
  const rows = branch === null ? current : standsOn(graph, current, branch)
  const [row, ...others] = rows
  if (row === undefined) throw tooFewBehind(text, 0)
  if (others.length > 0) throw severalStarts(text, rows)
  const to = walkDown(graph, row, { target: text, steps: -steps })
  return { to, line: branchOf(graph, row) }
}

/**
 * Where a database stands on a branch: its rows there or, where rows that depend on it cover it, the
 * applied revisions that no applied one revises.
 */
function standsOn(graph: RevisionGraph, current: Versions, { members }: Branch): Versions {
  const rows = [...current].filter((id) => members.has(id))
  if (rows.length > 0) return new Set(rows)
  const applied = graph.applied(current)
  const isLast = (id: string) => !graph.children(id).some((child) => applied.has(child))
  return new Set([...applied].filter((id) => members.has(id) && isLast(id)))
}

/** The revision below the last applied ones, so many of them; they need not be neighbours. */
function appliedBefore(
  graph: RevisionGraph,
  current: Versions,
  { target, steps }: Walk,
): string | undefined {
  const applied = toDowngrade(graph, current)
  const order = graph.order.filter(({ id }) => applied.has(id))
  const [first] = order.slice(-steps)
  if (first === undefined || order.length < steps) throw tooFewBehind(target, order.length)
  return first.revises[0]
}

function nothingAfter(at: {
  readonly target: string
  readonly to: string
  readonly current: Versions
  readonly isApplied: boolean
}): GateError {
  const rows = [...at.current].sort()
  const why = at.isApplied
    ? `nothing that revises ${at.to} is applied, so there is nothing to downgrade`
    : `the database does not have ${at.to}`
  return new GateError(
    'REVISION_UNKNOWN_TARGET',
    `target ${at.target}: ${why} (it is at ${rows.length === 0 ? 'base' : listed(rows)})`,
    {
      facts: { target: at.target, revision: at.to, candidates: capped(rows) },
      hint: 'Name a revision that the database has come from: see `pgate current` and `pgate history`.',
    },
  )
}

/**
 * Refuses a plan that holds an irreversible revision, before anything of it runs.
 * @throws {GateError} REVISION_IRREVERSIBLE, with every such revision and its file
 */
export function refuseIrreversible(plan: readonly Revision[]): void {
  const found = plan.filter(({ downgrade }) => downgrade === null)
  if (found.length > 0) throw irreversible(found)
}

/** The failure of a downgrade through these revisions; there is one at least. */
export function irreversible(found: readonly Revision[]): GateError {
  const lines = found.map(({ id, file }) => `\n  ${id}  ${file}`)
  const are = found.length === 1 ? '1 revision has' : `${found.length} revisions have`
  return new GateError('REVISION_IRREVERSIBLE', `${are} no downgrade:${lines.join('')}`, {
    facts: { revisions: found.map(({ id, file }) => ({ revision: id, file })) },
    hint: `Nothing was downgraded. Write ${found[0]?.file.endsWith('.sql') ? 'its downgrade section, or its down file' : '`downgrade`'}, or go back no further than ${found[0]?.id}.`,
  })
}

/**
 * The version rows after `revision`, which is one of them, has been downgraded: in its place stand
 * those of its parents (what it revises and depends on) that no remaining row and no other parent
 * comes from. Rows are unchanged where it is none of them. With a row for each it is one less.
 * @see https://github.com/sqlalchemy/alembic/blob/main/alembic/runtime/migration.py HeadMaintainer
 */
export function versionsBefore(
  graph: RevisionGraph,
  current: Versions,
  revision: Revision,
): Versions {
  if (!current.has(revision.id)) return current
  const remaining = [...current].filter((id) => id !== revision.id)
  if (graph.rules.rows === 'each') return new Set(remaining)
  const parents = parentIds(graph, revision.id)
  const covered = graph.ancestors([...remaining, ...parents.flatMap((id) => parentIds(graph, id))])
  return new Set([...remaining, ...parents.filter((id) => !covered.has(id))])
}
