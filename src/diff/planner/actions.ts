import type { SchemaObject } from '../kind-writer.ts'
import { holderName, inheritedPart, isForeignKey } from '../objects.ts'
import type { Schema } from '../schema.ts'
import { type Fate, type Fates, isTakenDown } from './fates.ts'
import { namesOf } from './names.ts'
import { TYPE_KINDS } from './parts.ts'

/** A node of the graph; `aside` gives a type another name until its columns have moved. */
export type Step = 'aside' | 'drop' | 'alter' | 'create'

export interface Action {
  readonly step: Step
  readonly object: SchemaObject
  readonly fate: Fate
  /** What has to run before. */
  readonly after: Set<Action>
}

/** By key, what happens to it, each at most once. */
export type Actions = ReadonlyMap<string, Readonly<Partial<Record<Step, Action>>>>

/**
 * The actions that the fates ask for, each with what has to run before it: on the old side dependents go
 * first, on the new side what is needed comes first; a change stands between the two.
 */
export function actionsOf(from: Schema, to: Schema, fates: Fates): Actions {
  const actions: Actions = new Map([...fates].map(([key, fate]) => [key, actionsFor(fate)]))
  for (const [key, one] of actions) {
    for (const needed of from.needs.get(key) ?? []) orderOld(one, actions.get(needed))
    for (const needed of to.needs.get(key) ?? []) orderNew(one, actions.get(needed))
    run(one.aside ?? one.drop, one.create)
  }
  for (const { drop } of actions.values())
    if (drop && isForeignKey(drop.object)) goWithParent(drop, actions)
  freeNames(actions)
  freeBounds(actions)
  return actions
}

function actionsFor(fate: Fate): Partial<Record<Step, Action>> {
  const { before, after } = fate
  const action = (step: Step, object: SchemaObject | undefined) =>
    object && { [step]: { step, object, fate, after: new Set<Action>() } }
  if (!isTakenDown(fate) && before !== undefined) return { ...action('alter', after) }
  return {
    ...(fate.isSetAside && action('aside', before)),
    ...action('drop', before),
    ...action('create', after),
  }
}

type OfOne = Readonly<Partial<Record<Step, Action>>>

/** `one` needs `needed` as it is now. */
function orderOld(one: OfOne, needed: OfOne | undefined): void {
  run(one.drop, needed?.drop)
  run(one.drop, needed?.alter)
  // A table that is attached otherwise waits for its new columns and constraints, not for the old.
  if (one.alter?.object.kind !== 'attachment' || needed?.drop?.object.kind === 'table')
    run(one.alter, needed?.drop)
  // A signature that names the type is written with the name that it has now.
  if (one.drop !== undefined && !TYPE_KINDS.has(one.drop.object.kind)) run(one.drop, needed?.aside)
}

/** `one` needs `needed` as it shall be. */
function orderNew(one: OfOne, needed: OfOne | undefined): void {
  for (const made of [needed?.create, needed?.alter]) {
    run(made, one.create)
    run(made, one.alter)
  }
}

/** A foreign key of the table above that goes before a partition leaves takes the partition's along. */
function goWithParent(drop: Action, actions: Actions): void {
  const leaving = actions.get(`attachment ${holderName(drop.object)}`)?.drop
  const above = actions.get(inheritedPart(drop.object)?.key ?? '')?.drop
  if (leaving && above && leaving.after.has(above)) drop.after.delete(leaving)
}

/** What takes a name waits for what has it: relations, types, routines of other kinds share theirs. */
function freeNames(actions: Actions): void {
  const holders = new Map<string, Action>()
  for (const { aside, drop, alter } of actions.values()) {
    const freeing = aside ?? drop ?? alter
    for (const name of namesOf(freeing?.fate.before)) if (freeing) holders.set(name, freeing)
  }
  for (const { create, alter } of actions.values()) {
    const taken = namesOf((create ?? alter)?.fate.after)
    const kept = namesOf(alter?.fate.before)
    for (const name of taken) if (!kept.includes(name)) run(holders.get(name), create ?? alter)
  }
}

/** A partition takes its place once those that leave the same table, or get other bounds, have left theirs. */
function freeBounds(actions: Actions): void {
  const attached = [...actions.values()].filter((one) =>
    Object.values(one).some(({ object }) => object.kind === 'attachment'),
  )
  const leaving = Map.groupBy(
    attached.flatMap(({ drop, alter }) => drop ?? alter ?? []),
    ({ fate }) => fate.before?.definition.partitionOf,
  )
  for (const { create, alter } of attached)
    for (const left of leaving.get((create ?? alter)?.object.definition.partitionOf ?? '') ?? [])
      if (create !== undefined || left.step === 'drop') run(left, create ?? alter)
}

function run(first: Action | undefined, then: Action | undefined): void {
  if (first !== undefined && first !== then) then?.after.add(first)
}
