import { OBJECT_KINDS } from '../../catalog/object-key.ts'
import type { SchemaObject } from '../kind-writer.ts'
import { constraintRank, holderName, objectOf, relationOf } from '../objects.ts'
import type { Group } from './grouped.ts'

/**
 * The groups in an order in which each stands behind what has to run before it; among those that may
 * stand anywhere, what goes comes first, and what is made of one table stands together. What
 * cannot be ordered (a circle) is left as it comes: the proof on a throwaway database finds it.
 */
export function ordered(groups: readonly Group[]): readonly Group[] {
  const done = new Set<Group>()
  const result: Group[] = []
  const visit = (group: Group): void => {
    if (done.has(group)) return
    done.add(group)
    for (const first of readable([...group.after])) visit(first)
    result.push(group)
  }
  for (const group of readable(groups)) visit(group)
  return result
}

function readable(groups: readonly Group[]): readonly Group[] {
  return groups
    .map((group) => ({ group, place: placeOf(group) }))
    .toSorted((a, b) => comparePlaces(a.place, b.place))
    .map(({ group }) => group)
}

type Place = readonly (number | string)[]

function placeOf({ lead: { step, object } }: Group): Place {
  const top = topOf(object)
  const place = [rankOf(top.kind), top.name, rankOf(object.kind), positionOf(object), object.name]
  if (step === 'aside') return [1, ...place]
  // What goes is taken down from the top: rules before their table, tables before their types.
  return step === 'drop'
    ? [0, -rankOf(top.kind), top.name, -rankOf(object.kind), object.name]
    : [2, ...place]
}

/** The table that it is part of, or itself. */
function topOf(object: SchemaObject): SchemaObject {
  const holder = holderName(object)
  if (holder === undefined) return object
  return relationOf(object.schema, holder) ?? objectOf(object.schema, `domain ${holder}`) ?? object
}

function rankOf(kind: string): number {
  const RANKS: Readonly<Record<string, string>> = {
    default: 'column',
    attachment: 'column',
    ownership: 'index',
    'replica identity': 'index',
  }
  return OBJECT_KINDS.findIndex((one) => one === (RANKS[kind] ?? kind))
}

function positionOf(object: SchemaObject): number {
  if (object.kind === 'constraint') return constraintRank(object)
  return Number(object.definition.position ?? 0)
}

function comparePlaces(a: Place, b: Place): number {
  for (const [index, one] of a.entries()) {
    const other = b[index]
    if (other === undefined || one === other) continue
    return one < other ? -1 : 1
  }
  return 0
}
