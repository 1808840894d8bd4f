import type { Definition } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { objectOf, textOf } from '../objects.ts'
import { countOn } from './column.ts'
import {
  changedClauses,
  leavesRange,
  optionClauses,
  type SequenceOptions,
} from './sequence-options.ts'

/** Sequences; an identity column's is the column's. */
export const sequenceWriter: KindWriter = {
  create({ key, name, definition }) {
    const options = optionsOf(definition)
    const type = options.type === 'bigint' ? [] : [`AS ${options.type}`]
    return [{ key, sql: [`CREATE SEQUENCE ${name}`, ...type, ...optionClauses(options)].join(' ') }]
  },

  drop({ key, name, schema }) {
    const isOwned = schema.objects.has(`ownership ${name}`)
    const destroys = `the number that ${name} has come to`
    return [{ key, sql: `DROP SEQUENCE ${name}`, ...(!isOwned && { destroys }) }]
  },

  alter(before, after) {
    const [old, now] = [optionsOf(before.definition), optionsOf(after.definition)]
    const clauses = [
      ...(old.type === now.type ? [] : [`AS ${now.type}`]),
      ...changedClauses(old, now),
    ]
    if (leavesRange(old, now)) clauses.push('RESTART')
    return [{ key: after.key, sql: `ALTER SEQUENCE ${after.name} ${clauses.join(' ')}` }]
  },
}

/** Which column a sequence goes with; one that is given to rows that are there counts on from them. */
export const ownershipWriter: KindWriter = {
  create(one) {
    const owner = textOf(one.definition, 'ownedBy') ?? ''
    return [ownedBy(one, owner)]
  },
  drop: (one) => [ownedBy(one, 'NONE')],
  alter: (_before, after) => [ownedBy(after, textOf(after.definition, 'ownedBy') ?? '')],
}

/** Where a sequence is new and its column is not. */
export function countOnOwner(ownership: SchemaObject) {
  const column = objectOf(ownership.schema, `column ${textOf(ownership.definition, 'ownedBy')}`)
  return column === undefined ? [] : [countOn(column)]
}

function ownedBy({ name }: SchemaObject, owner: string) {
  return { key: `sequence ${name}`, sql: `ALTER SEQUENCE ${name} OWNED BY ${owner}` }
}

function optionsOf(definition: Definition): SequenceOptions {
  const text = (field: string) => textOf(definition, field) ?? ''
  const cycle = definition.cycle === true
  return {
    type: text('type'),
    start: text('start'),
    increment: text('increment'),
    min: text('min'),
    max: text('max'),
    cycle,
  }
}
