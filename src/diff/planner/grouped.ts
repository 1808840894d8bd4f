import type { KindWriter } from '../kind-writer.ts'
import { isForeignKey } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Action, Actions } from './actions.ts'
import { circlesOf } from './circles.ts'
import { leadOf } from './lead.ts'

/** An action together with those that its statement does, too. */
export interface Group {
  readonly lead: Action
  readonly within: readonly Action[]
  readonly after: ReadonlySet<Group>
}

/**
 * What one statement does is put together: a table is made with its columns and constraints, and goes with
 * them. Where that closes a circle, as of two tables with foreign keys to each other, what closes it
 * stands alone again.
 */
export function grouped(
  actions: Actions,
  from: Schema,
  writers: Readonly<Record<string, KindWriter>>,
): readonly Group[] {
  const all = [...actions.values()].flatMap((one) => Object.values(one))
  const leads = new Map<Action, Action>()
  for (const action of all) {
    const lead = leadOf(action, actions, from, writers)
    if (lead !== undefined) leads.set(action, lead)
  }
  for (;;) {
    const groups = groupsOf(all, leads)
    const released = circlesOf(groups).map((circle) => closing(circle, leads))
    const found = released.filter((one) => one !== undefined)
    if (found.length === 0) return groups
    for (const action of found) leads.delete(action)
  }
}

function groupsOf(all: readonly Action[], leads: ReadonlyMap<Action, Action>): readonly Group[] {
  const top = (action: Action): Action => {
    const lead = leads.get(action)
    return lead === undefined ? action : top(lead)
  }
  const groups = new Map<Action, { lead: Action; within: Action[]; after: Set<Group> }>()
  const groupOf = (action: Action) => {
    const lead = top(action)
    const known = groups.get(lead)
    if (known !== undefined) return known
    const made = { lead, within: [], after: new Set<Group>() }
    groups.set(lead, made)
    return made
  }
  for (const action of all) {
    const group = groupOf(action)
    if (action !== group.lead) group.within.push(action)
    for (const first of action.after) if (groupOf(first) !== group) group.after.add(groupOf(first))
  }
  return [...groups.values()]
}

/** The part that is best set apart to open a circle of groups; undefined where none helps. */
function closing(circle: readonly Group[], leads: ReadonlyMap<Action, Action>): Action | undefined {
  const inCircle = new Set(circle)
  const groupOf = new Map(
    circle.flatMap((group) => [group.lead, ...group.within].map((one) => [one, group] as const)),
  )
  const leaves = (one: Action, other: Action) => {
    const group = groupOf.get(other)
    return group !== undefined && group !== groupOf.get(one) && inCircle.has(group)
  }
  const parts = [...groupOf.keys()].filter((one) => leads.has(one))
  const outward = parts.filter((one) => [...one.after].some((other) => leaves(one, other)))
  const inward = parts.filter((one) =>
    [...groupOf.keys()].some((other) => other.after.has(one) && leaves(one, other)),
  )
  return [...new Set([...outward, ...inward])].toSorted(
    (a, b) => releaseRank(a) - releaseRank(b),
  )[0]
}

/** Foreign keys first, then defaults, then other constraints. */
function releaseRank({ object }: Action): number {
  if (isForeignKey(object)) return 0
  return ['', 'default', 'constraint', 'index', 'ownership', 'sequence', 'column'].indexOf(
    object.kind,
  )
}
