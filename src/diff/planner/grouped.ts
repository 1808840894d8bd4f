import { withoutLastPart } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import {
  holderName,
  inheritedColumn,
  isForeignKey,
  kindOf,
  nameOf,
  parentsOf,
  relationOf,
  textOf,
} from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Action, Actions } from './actions.ts'
import { circlesOf } from './circles.ts'

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

/** The action whose statement does this one, too. */
function leadOf(
  action: Action,
  actions: Actions,
  from: Schema,
  writers: Readonly<Record<string, KindWriter>>,
): Action | undefined {
  const { step, object, fate } = action
  const ofParent =
    object.kind === 'column' ? actions.get(parentColumn(fate, from)?.key ?? '') : undefined
  if (step === 'alter') return ofParent?.alter
  if (step === 'create') {
    const makers = [holderKey(object), object.kind === 'default' ? `column ${object.name}` : '']
    const maker = makers
      .map((key) => actions.get(key)?.create)
      .find((one) => one !== undefined && writers[one.object.kind]?.takesIn?.(one.object, object))
    return maker ?? ofParent?.create
  }
  if (step === 'aside') return undefined
  // A sequence that stays is taken from its column first.
  if (object.kind === 'ownership' && !actions.get(`sequence ${object.name}`)?.drop) return undefined
  const lead = goesWith(object, action.fate.after !== undefined, from)
    .map((key) => actions.get(key)?.drop)
    .find((one) => one !== undefined && one !== action)
  return lead ?? ofParent?.drop
}

/** The column of the table above, where a change of that one changes this one, too. */
function parentColumn({ before, after }: Action['fate'], from: Schema): SchemaObject | undefined {
  const old = before && inheritedColumn(before)
  const now = after && inheritedColumn(after)
  if (before !== undefined) return after === undefined || old?.key === now?.key ? old : undefined
  const name = withoutLastPart(after?.name ?? '')
  const isBelow = now && parentsOf({ schema: from, name }).includes(withoutLastPart(now.name))
  return isBelow ? now : undefined
}

/** The keys of what takes it along when it is dropped. */
function goesWith(object: SchemaObject, comesBack: boolean, from: Schema): readonly string[] {
  const { kind, name, definition } = object
  const needs = [...(from.needs.get(object.key) ?? [])].toSorted()
  if (kind === 'ownership') return comesBack ? [] : needs
  if (kind === 'sequence') {
    const owner = textOf(from.objects.get(`ownership ${name}`) ?? {}, 'ownedBy')
    return comesBack || owner === undefined ? [] : holdersOf(`column ${owner}`)
  }
  const columns = needs.filter((key) => kindOf(key) === 'column')
  if (kind === 'statistics')
    return [
      ...columns.flatMap((key) => relationKeys(from, withoutLastPart(nameOf(key)))),
      ...columns,
    ]
  const holders = [holderKey(object), textOf(definition, 'on') ?? '', `column ${name}`]
  if (kind === 'default') return holders
  if (['partition', 'attachment', 'replica identity'].includes(kind))
    return relationKeys(from, name)
  if (comesBack || !['constraint', 'index'].includes(kind)) return holders.slice(0, 2)
  const own = columns.filter((key) => withoutLastPart(nameOf(key)) === holderName(object))
  return [...holders.slice(0, 2), ...own]
}

function holdersOf(column: string): readonly string[] {
  const table = withoutLastPart(nameOf(column))
  return [column, `table ${table}`, `foreign table ${table}`]
}

function relationKeys(schema: Schema, name: string): readonly string[] {
  const relation = relationOf(schema, name)
  return relation === undefined ? [] : [relation.key]
}

/** The key of the table, view or domain that it is part of. */
function holderKey(object: SchemaObject): string {
  const holder = holderName(object)
  if (holder === undefined) return ''
  return relationOf(object.schema, holder)?.key ?? `domain ${holder}`
}
