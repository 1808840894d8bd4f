import { withoutLastPart } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import {
  heirsOf,
  holderName,
  inheritedPart,
  isSameForHeirs,
  kindOf,
  nameOf,
  ownName,
  parentsOf,
  relationOf,
  textOf,
} from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Action, Actions } from './actions.ts'

/** The action whose statement does this one, too; undefined where it stands alone. */
export function leadOf(
  action: Action,
  actions: Actions,
  from: Schema,
  writers: Readonly<Record<string, KindWriter>>,
): Action | undefined {
  const { step, object } = action
  const leaving = actions.get(`attachment ${holderName(object)}`)?.drop
  const above = actions.get(partAbove(action, from)?.key ?? '')
  // A partition that leaves keeps what the table above loses afterwards.
  const isBehind =
    leaving !== undefined && above?.drop !== undefined && leaving.after.has(above.drop)
  const ofParent = leaving === undefined || isBehind ? above : undefined
  if (step === 'create')
    return makerOf(action, actions, writers) ?? ofParent?.create ?? ofParent?.alter
  if (step === 'alter')
    return ofParent?.alter ?? ofParent?.create ?? firstWithOtherBounds(action, actions)
  if (isBehind) return ofParent?.drop
  if (step === 'aside') return undefined
  // A sequence that stays is taken from its column first.
  if (object.kind === 'ownership' && !actions.get(`sequence ${object.name}`)?.drop) return undefined
  const lead = goesWith(object, action.fate.after !== undefined, from)
    .map((key) => actions.get(key)?.drop)
    .find((one) => one !== undefined && one !== action)
  return lead ?? ofColumnAbove(object, actions, from) ?? ofParent?.drop
}

/** Partitions of one table that get other bounds leave it together, before any takes its new place. */
function firstWithOtherBounds({ object, fate }: Action, actions: Actions): Action | undefined {
  const { partitionOf } = object.definition
  if (partitionOf === undefined || fate.before?.definition.partitionOf !== partitionOf)
    return undefined
  const first = heirsOf({ schema: object.schema, name: String(partitionOf) })
    .map((heir) => actions.get(`attachment ${heir}`)?.alter)
    .find((one) => one?.fate.before?.definition.partitionOf === partitionOf)
  return first?.object.key === object.key ? undefined : first
}

/** What makes it in its own statement: a new table its columns, a new column its default. */
function makerOf(
  { object }: Action,
  actions: Actions,
  writers: Readonly<Record<string, KindWriter>>,
): Action | undefined {
  const ofTable = actions.get(holderKey(object))?.create
  const ofColumn =
    object.kind === 'default' ? actions.get(`column ${object.name}`)?.create : undefined
  // A partition's column comes with its table's, with the default of that one.
  const isOther =
    ofTable === undefined && textOf(object.definition, 'default') !== defaultAbove(object)
  return [ofTable, isOther && inheritedPart(object) ? undefined : ofColumn].find(
    (one) => one !== undefined && writers[one.object.kind]?.takesIn?.(one.object, object),
  )
}

function defaultAbove(object: SchemaObject): string | undefined {
  return textOf(inheritedPart(object)?.definition ?? {}, 'default')
}

/** A partition's default goes with the column of the table above. */
function ofColumnAbove(object: SchemaObject, actions: Actions, from: Schema): Action | undefined {
  if (object.kind !== 'default') return undefined
  return parentsOf({ schema: from, name: holderName(object) ?? '' })
    .map((parent) => actions.get(`column ${parent}.${ownName(object)}`)?.drop)
    .find((one) => one !== undefined)
}

/** The same part of the table above, where what is done to that one is done to this one, too. */
function partAbove({ step, object, fate }: Action, from: Schema): SchemaObject | undefined {
  if (!['column', 'constraint', 'default'].includes(object.kind)) return undefined
  const { before, after } = fate
  const old = before && inheritedPart(before)
  const now = after && inheritedPart(after)
  if (object.kind === 'default')
    return step === 'drop' || now === undefined || !isSameForHeirs(now) ? undefined : now
  if (before !== undefined) return after === undefined || old?.key === now?.key ? old : undefined
  const name = holderName(object) ?? ''
  const isBelow = now && parentsOf({ schema: from, name }).includes(holderName(now) ?? '')
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
