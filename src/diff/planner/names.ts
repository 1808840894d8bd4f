import { unquoteName, withoutLastPart } from '../../catalog/object-key.ts'
import type { SchemaObject } from '../kind-writer.ts'
import { holderName, ownName, textOf } from '../objects.ts'

const RELATIONS = new Set([
  'table',
  'foreign table',
  'view',
  'materialized view',
  'sequence',
  'index',
  'composite type',
])
const TYPES = new Set([
  'enum',
  'domain',
  'composite type',
  'range type',
  'base type',
  'table',
  'foreign table',
  'view',
  'materialized view',
])
const ROUTINES = new Set(['function', 'procedure', 'aggregate'])
/** Constraints with an index of their name, in the table's schema. */
const WITH_INDEX = /^(?:PRIMARY KEY|UNIQUE|EXCLUDE)\b/

/** The names that an object takes, each with the kind of name that it is; no two objects have the same. */
export function namesOf(object: SchemaObject | undefined): readonly string[] {
  if (object === undefined) return []
  const { kind, name, definition } = object
  return [
    ...(RELATIONS.has(kind) ? [`relation ${name}`] : []),
    ...(TYPES.has(kind) ? [`type ${name}`] : []),
    ...(ROUTINES.has(kind) ? [`routine ${name}`] : []),
    ...(kind === 'constraint' && WITH_INDEX.test(textOf(definition, 'definition') ?? '')
      ? [`relation ${withoutLastPart(holderName(object) ?? '')}.${ownName(object)}`]
      : []),
    ...(definition.identity === undefined ? [] : [`relation ${identityName(object)}`]),
  ]
}

/** What the server calls the sequence of an identity column, where the name is free. */
function identityName(column: SchemaObject): string {
  const table = holderName(column) ?? ''
  const schema = withoutLastPart(table)
  const own = [table.slice(schema.length + 1), ownName(column)].map(unquoteName).join('_')
  const whole = `${own}_seq`
  return `${schema}.${/^[a-z_][a-z0-9_]*$/.test(whole) ? whole : `"${whole.replaceAll('"', '""')}"`}`
}
