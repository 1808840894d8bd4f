import { withoutLastPart } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { hasChildren, ownName, textOf } from '../objects.ts'
import type { Statement } from '../statement.ts'

/** Defaults of columns that stay, or that have to be set afterwards. */
export const defaultWriter: KindWriter = {
  create: (one) => [setDefault(one, textOf(one.definition, 'default'))],
  drop: (one) => [setDefault(one, undefined)],
  alter: (_before, after) => [setDefault(after, textOf(after.definition, 'default'))],
}

/** Of the one table: its partitions have defaults of their own. */
function setDefault(one: SchemaObject, value: string | undefined): Statement {
  const table = withoutLastPart(one.name)
  const only = hasChildren({ schema: one.schema, name: table }) ? 'ONLY ' : ''
  return {
    key: `column ${one.name}`,
    sql: `ALTER TABLE ${only}${table} ALTER COLUMN ${ownName(one)} ${value === undefined ? 'DROP DEFAULT' : `SET DEFAULT ${value}`}`,
  }
}
