import { withoutLastPart } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { isForeignKey, kindOf, listOf, nameOf, objectOf, ownName, parentsOf } from '../objects.ts'
import type { Statement } from '../statement.ts'

/** What a table is a partition of, or inherits from, where it is not made so. */
export const attachmentWriter: KindWriter = {
  create: (one) => joins(one),
  drop: (one) => leaves(one),
  alter: (before, after) => [...leaves(before), ...joins(after)],
  // Rows that a foreign key refers to cannot leave, be it to come back.
  blocks: (dependent, before) =>
    before.definition.partitionOf !== undefined && isForeignKey(dependent),
}

/** As CREATE TABLE says it: `PARTITION OF p` and `FOR VALUES …`, or `INHERITS (p)`. */
export function attachmentClauses(attachment: SchemaObject | undefined): readonly string[] {
  if (attachment === undefined) return []
  const { partitionOf, bounds } = attachment.definition
  const inherits = listOf(attachment.definition, 'inherits')
  if (partitionOf !== undefined) return [`PARTITION OF ${partitionOf}`, String(bounds)]
  return [`INHERITS (${inherits.join(', ')})`]
}

/** False for a partition whose columns stand otherwise than its table's: it is made alone and attached. */
export function isLaidOutAsParent(table: SchemaObject): boolean {
  const { schema, name } = table
  const [parent] = parentsOf(table)
  if (objectOf(schema, `attachment ${name}`)?.definition.partitionOf === undefined) return true
  const [own, above] = [columnNames(table, name), columnNames(table, parent ?? '')]
  return own.join() === above.join()
}

function columnNames({ schema }: SchemaObject, table: string): readonly string[] {
  return [...schema.objects]
    .filter(([key]) => kindOf(key) === 'column' && withoutLastPart(nameOf(key)) === table)
    .toSorted(([, a], [, b]) => Number(a.position) - Number(b.position))
    .map(([key]) => ownName({ name: nameOf(key) }))
}

function joins({ name, definition }: SchemaObject): readonly Statement[] {
  const { partitionOf, bounds } = definition
  const key = `table ${name}`
  if (partitionOf !== undefined)
    return [{ key, sql: `ALTER TABLE ${partitionOf} ATTACH PARTITION ${name} ${bounds}` }]
  const parents = listOf(definition, 'inherits')
  return parents.map((parent) => ({ key, sql: `ALTER TABLE ${name} INHERIT ${parent}` }))
}

function leaves({ name, definition }: SchemaObject): readonly Statement[] {
  const { partitionOf } = definition
  const key = `table ${name}`
  if (partitionOf !== undefined)
    return [{ key, sql: `ALTER TABLE ${partitionOf} DETACH PARTITION ${name}` }]
  const parents = listOf(definition, 'inherits')
  return parents.map((parent) => ({ key, sql: `ALTER TABLE ${name} NO INHERIT ${parent}` }))
}
