import type { KindWriter } from '../kind-writer.ts'
import { asideOf, setAside } from '../kinds/aside.ts'
import { moved } from '../kinds/column.ts'
import { countOnOwner } from '../kinds/sequence.ts'
import { inheritedPart } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Written } from '../statement.ts'
import type { Action } from './actions.ts'
import type { Group } from './grouped.ts'

/** What a group of actions is as SQL; a kind that nobody writes is named. */
export function written(
  { lead, within }: Group,
  from: Schema,
  writers: Readonly<Record<string, KindWriter>>,
): Written {
  const { step, object, fate } = lead
  const writer = writers[object.kind]
  if (writer === undefined)
    return [{ key: object.key, why: `pgate does not write ${object.kind}s` }]
  if (step === 'aside') return [setAside(object)]
  if (step === 'drop') return writer.drop(fate.isSetAside ? asideOf(object) : object)
  if (step === 'create') {
    const parts = within.filter((one) => writer.takesIn?.(object, one.object))
    return [
      ...writer.create(
        object,
        parts.map((one) => one.object),
      ),
      ...(isForRowsThatAreThere(lead, from) ? countOnOwner(object) : []),
    ]
  }
  if (object.kind === 'attachment' && within.length > 0)
    return withOtherBounds([lead, ...within], writer)
  return [lead, ...within.filter((one) => one.object.kind === 'column')].flatMap(changes)
}

/** Bounds of the new ones may overlap with the old ones of others. */
function withOtherBounds(all: readonly Action[], writer: KindWriter): Written {
  return [
    ...all.flatMap(({ fate }) => (fate.before === undefined ? [] : writer.drop(fate.before))),
    ...all.flatMap(({ object }) => writer.create(object, [])),
  ]
}

/** A change in place, and the move to a type that has been made again; a partition's column follows its table's. */
function changes({ step, object, fate }: Action): Written {
  if (step !== 'alter') return []
  const isRetyped = fate.before?.definition.type !== object.definition.type
  const moves = fate.isMoved && !isRetyped && inheritedPart(object) === undefined
  return [...(moves ? [moved(object)] : []), ...(fate.inPlace ?? [])]
}

/** A sequence that is new, of a column that is not. */
function isForRowsThatAreThere({ object, fate }: Action, from: Schema): boolean {
  if (object.kind !== 'ownership' || fate.before !== undefined) return false
  const { ownedBy } = object.definition
  return !from.objects.has(`sequence ${object.name}`) && from.objects.has(`column ${ownedBy}`)
}
