import type { Links } from './random-graph.ts'
import { type GraphState, type Place, rootsAfter } from './state.ts'

/** A target as it is typed, and where it leads. */
export interface GraphTarget {
  readonly text: string
  readonly to: Place
  /** The labelled revision, where the target begins with `<label>@`. */
  readonly bearer?: string
  /** What the target is about, where it means one branch alone. */
  readonly line?: ReadonlySet<string>
}

/** What targets are to be about: a revision and, where the graph has any, a labelled one. */
export interface Picked {
  readonly id: string
  readonly bearer: string | undefined
}

/**
 * Targets that an upgrade may be asked for.
 *
 * Left out, because pgate goes where Alembic does not: steps down to base (an assertion of Alembic's own fails) and
 * the heads of a branch where one depends on another ("overlaps").
 */
export function upgradeTargets(state: GraphState, { id, bearer }: Picked): readonly GraphTarget[] {
  const below = stepsDown(state, id, 1)
  const targets: GraphTarget[] = [
    ...namedTargets(state, id),
    { text: 'heads', to: state.links.map((link) => link.id) },
    { text: 'base', to: [] },
    { text: `${id}+1`, to: stepsUp(state, [id], 1) },
  ]
  if (below.length > 0) targets.push({ text: `${id}-1`, to: below })
  for (const steps of [1, 2, 3]) {
    const to = state.rows.size <= 1 ? stepsUp(state, [...state.rows], steps) : 'refused'
    targets.push({ text: `+${steps}`, to })
  }
  return bearer === undefined ? targets : [...targets, ...upOnBranch(state, bearer)]
}

/** Rows of the branch, else the last applied of it that nothing applied of it stands on. */
function upOnBranch(state: GraphState, bearer: string): readonly GraphTarget[] {
  const line = state.line(bearer)
  const rows = [...state.rows].filter((id) => line.has(id))
  const applied = [...state.applied].filter((id) => line.has(id))
  const covered = state.links.filter(({ id }) => applied.includes(id))
  const isTip = (id: string) => !covered.some((link) => parentsOf(link).includes(id))
  const from = rows.length > 0 ? rows : applied.filter(isTip)
  const to = stepsUp(state, from, 1, line)
  const targets = branchTargets(state, bearer)
  return from.length > 1 ? targets : [...targets, { text: `label-${bearer}@+1`, to, bearer }]
}

/**
 * Targets that a downgrade may be asked for.
 *
 * Left out, because pgate refuses what Alembic guesses: steps from several rows (Alembic takes any
 * of them, and warns). And because pgate downgrades the one step that was asked for, where Alembic
 * takes what is below the label for the branch: it refuses a step down to a fork above the label,
 * and downgrades both sides where the label merges them.
 */
export function downgradeTargets(
  state: GraphState,
  { id, bearer }: Picked,
): readonly GraphTarget[] {
  const targets: GraphTarget[] = [
    ...namedTargets(state, id),
    { text: 'base', to: [] },
    { text: `${id}-1`, to: stepsDown(state, id, 1) },
    { text: `${id}+1`, to: stepsUp(state, [id], 1) },
  ]
  const [row, ...others] = state.rows
  if (others.length === 0) {
    const line = row === undefined ? {} : { line: state.line(row) }
    for (const steps of [1, 2, 3]) {
      const to = row === undefined ? 'refused' : stepsDown(state, row, steps)
      targets.push({ text: `-${steps}`, to, ...line })
    }
  }
  return bearer === undefined ? targets : [...targets, ...downOnBranch(state, bearer)]
}

function downOnBranch(state: GraphState, bearer: string): readonly GraphTarget[] {
  const line = state.line(bearer)
  const targets: GraphTarget[] = [
    { text: `label-${bearer}`, to: [bearer] },
    { text: `label-${bearer}@base`, to: [], bearer, line },
  ]
  const rows = [...state.rows].filter((id) => line.has(id))
  const isLast = (id: string) => !state.children(id).some((child) => state.applied.has(child))
  const last = [...state.applied].filter((id) => line.has(id) && isLast(id))
  const [from, ...others] = rows.length > 0 ? rows : last
  const text = `label-${bearer}@-1`
  if (from === undefined || others.length > 0) return [...targets, { text, to: 'refused', bearer }]
  const target = { text, to: stepsDown(state, from, 1), bearer, line: state.line(from) }
  return isUnderstood(state, target, bearer) ? [...targets, target] : targets
}

/** Whether both take the same revisions for the branch, as far as they are applied. */
function isUnderstood(state: GraphState, { to, line }: GraphTarget, bearer: string): boolean {
  const next = to === 'refused' ? [] : rootsAfter(state, to[0])
  if (next.length <= 1) return true
  const theirs = next.filter((id) => state.below(bearer).has(id))
  const isOther = (id: string) => theirs.includes(id) !== line?.has(id) && state.applied.has(id)
  return theirs.length > 0 && !next.some(isOther)
}

/**
 * Targets that a stamp may be asked for, one at a time. Steps are left out: Alembic counts them
 * from the heads or knows no such revision.
 */
export function stampTargets(state: GraphState, { id, bearer }: Picked): readonly GraphTarget[] {
  const targets: readonly GraphTarget[] = [...namedTargets(state, id), { text: 'base', to: [] }]
  if (bearer === undefined) return targets
  const base: GraphTarget = { text: `label-${bearer}@base`, to: [], bearer }
  return [...targets, ...branchTargets(state, bearer), base]
}

/** An id is asked for three times as often as its beginning or `head`. */
function namedTargets({ links, heads }: GraphState, id: string): readonly GraphTarget[] {
  const beginning = id.slice(0, 3)
  const begun = links.map((link) => link.id).filter((each) => each.startsWith(beginning))
  return [
    ...[1, 2, 3].map(() => ({ text: id, to: [id] })),
    { text: beginning, to: onlyOne(begun) },
    { text: 'head', to: onlyOne(heads) },
  ]
}

function branchTargets(state: GraphState, bearer: string): readonly GraphTarget[] {
  const line = state.line(bearer)
  const heads = state.heads.filter((id) => line.has(id))
  const label = `label-${bearer}`
  return [
    { text: label, to: [bearer] },
    { text: `${label}@head`, to: onlyOne(heads), bearer },
  ]
}

function onlyOne(ids: readonly string[]): Place {
  return ids.length === 1 ? ids : 'refused'
}

function stepsUp(
  state: GraphState,
  from: readonly string[],
  steps: number,
  among?: ReadonlySet<string>,
): Place {
  if (steps === 0) return from
  const ahead = from.length === 0 ? state.bases : from.flatMap(state.children)
  const next = onlyOne(ahead.filter((id) => among?.has(id) ?? true))
  return next === 'refused' ? next : stepsUp(state, next, steps - 1, among)
}

function stepsDown(state: GraphState, from: string, steps: number): Place {
  const revises = state.links.find(({ id }) => id === from)?.revises ?? []
  const [next, ...others] = revises
  if (others.length > 0) return 'refused'
  if (next === undefined) return steps === 1 ? [] : 'refused'
  return steps === 1 ? [next] : stepsDown(state, next, steps - 1)
}

function parentsOf({ revises, dependsOn }: Links): readonly string[] {
  return [...revises, ...dependsOn]
}
