import { withoutLastPart } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { heirsOf, isSameForHeirs, ownName, textOf } from '../objects.ts'
import type { Statement } from '../statement.ts'

/** Defaults of columns that stay, or that have to be set afterwards. */
export const defaultWriter: KindWriter = {
  create: (one) => [setDefault(one, textOf(one.definition, 'default'), isSameForHeirs(one))],
  drop: (one) => [setDefault(one, undefined, false)],
  alter: (_before, after) => [
    setDefault(after, textOf(after.definition, 'default'), isSameForHeirs(after)),
  ],
}

/** Of the one table, where its partitions have defaults of their own. */
function setDefault(one: SchemaObject, value: string | undefined, isForHeirs: boolean): Statement {
  const table = withoutLastPart(one.name)
  const hasHeirs = heirsOf({ schema: one.schema, name: table }).length > 0
  const only = hasHeirs && !isForHeirs ? 'ONLY ' : ''
  return {
    key: `column ${one.name}`,
    sql: `ALTER TABLE ${only}${table} ALTER COLUMN ${ownName(one)} ${value === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${value}`}`,
  }
}
