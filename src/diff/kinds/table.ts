import { withoutLastPart } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import {
  constraintRank,
  inheritedPart,
  listOf,
  objectOf,
  ownName,
  parentsOf,
  textOf,
} from '../objects.ts'
import type { Statement, Written } from '../statement.ts'
import { attachmentClauses, isLaidOutAsParent } from './attachment.ts'
import { columnClause, columnExtras, constraintClauses } from './column-clause.ts'
import { constraintClause } from './constraint.ts'
import { changedOptions, hidesValue, optionsSql, SECRET } from './words.ts'

/** Tables and foreign tables; what they hold is made with them where it can be. */
export const tableWriter: KindWriter = {
  create(table, within) {
    const { key, kind, name, definition } = table
    if ([table, ...within].some(hidesValue)) return [{ key, ...SECRET }]
    const attachment = within.find((part) => part.kind === 'attachment')
    const head = [
      'CREATE',
      ...(definition.unlogged === true ? ['UNLOGGED'] : []),
      kind === 'table' ? 'TABLE' : 'FOREIGN TABLE',
      name,
    ].join(' ')
    const sql = [head, ...body(table, within, attachment), ...tail(table)].join(' ')
    const columns = within.filter((part) => part.kind === 'column')
    return [
      { key, sql },
      ...columns.flatMap((column) => columnExtras(column, name)),
      ...defaultsTakenOff(within),
      ...flags(table),
    ]
  },

  drop: ({ key, kind, name }) => [
    {
      key,
      sql: `DROP ${kind.toUpperCase()} ${name}`,
      ...(kind === 'table' && { destroys: `the rows of ${name}` }),
    },
  ],

  alter(before, after) {
    const { key, name } = after
    const [old, now] = [before.definition, after.definition]
    const fixed = ['partitionKey', 'server'].filter((field) => old[field] !== now[field])
    const change = (field: string, sql: string, rewrites?: string): readonly Statement[] =>
      old[field] === now[field]
        ? []
        : [{ key, sql: `ALTER TABLE ${name} ${sql}`, ...(rewrites && { rewrites }) }]
    return [
      ...fixed.map((field) => ({
        key,
        why: `${FIXED[field]} cannot be changed while the rows stay`,
      })),
      ...change('unlogged', `SET ${now.unlogged === true ? 'UNLOGGED' : 'LOGGED'}`, name),
      ...change('accessMethod', `SET ACCESS METHOD ${now.accessMethod ?? 'heap'}`, name),
      ...change('ofType', now.ofType === undefined ? 'NOT OF' : `OF ${now.ofType}`),
      ...change(
        'rowSecurity',
        `${now.rowSecurity === true ? 'ENABLE' : 'DISABLE'} ROW LEVEL SECURITY`,
      ),
      ...change(
        'forceRowSecurity',
        `${now.forceRowSecurity === true ? '' : 'NO '}FORCE ROW LEVEL SECURITY`,
      ),
      ...optionChanges(before, after),
    ]
  },

  takesIn(table, part) {
    if (part.kind === 'attachment') return isLaidOutAsParent(table)
    if (part.kind !== 'constraint') return part.kind === 'column' || part.kind === 'default'
    const { validated, triggers } = part.definition
    const isCheck = (textOf(part.definition, 'definition') ?? '').startsWith('CHECK')
    if (validated === false || triggers !== undefined || hasTwin(part)) return false
    return table.kind === 'table' || isCheck
  },
}

/** Of two keys over the same columns CREATE TABLE makes one alone. */
function hasTwin({ key, name, definition, schema }: SchemaObject): boolean {
  const columnsOf = (text: string) => text.replace(/^(?:UNIQUE|PRIMARY KEY) /, '')
  const text = textOf(definition, 'definition') ?? ''
  if (!text.startsWith('UNIQUE')) return false
  const beginning = `constraint ${withoutLastPart(name)}.`
  return [...schema.objects].some(
    ([other, one]) =>
      other !== key &&
      other.startsWith(beginning) &&
      columnsOf(textOf(one, 'definition') ?? '') === columnsOf(text),
  )
}

const FIXED: Readonly<Record<string, string>> = {
  partitionKey: 'the partition key of a table',
  server: 'the server of a foreign table',
}

/** What stands between the table's name and how it is stored. */
function body(
  table: SchemaObject,
  within: readonly SchemaObject[],
  attachment: SchemaObject | undefined,
): readonly string[] {
  const isPartition = attachment?.definition.partitionOf !== undefined
  const lines = elements(table, within, attachment !== undefined)
  const list = lines.length === 0 ? '()' : `(\n  ${lines.join(',\n  ')}\n)`
  if (table.definition.ofType !== undefined)
    return [`OF ${table.definition.ofType}`, ...(lines.length === 0 ? [] : [list])]
  if (!isPartition) return [list, ...attachmentClauses(attachment)]
  const [of, bounds] = attachmentClauses(attachment)
  return [of ?? '', ...(lines.length === 0 ? [] : [list]), bounds ?? '']
}

/** Columns in their order, then constraints. */
function elements(
  table: SchemaObject,
  within: readonly SchemaObject[],
  isAttached: boolean,
): readonly string[] {
  const columns = within
    .filter(({ kind }) => kind === 'column')
    .toSorted((a, b) => Number(a.definition.position) - Number(b.definition.position))
  const constraints = within
    .filter((part) => part.kind === 'constraint' && !(isAttached && inheritedPart(part)))
    .toSorted((a, b) => constraintRank(a) - constraintRank(b) || (a.name < b.name ? -1 : 1))
  return [
    ...columns.flatMap((column) => {
      const value = within.find(({ key }) => key === `default ${column.name}`)
      const comesFrom = isAttached ? inheritedPart(column) : undefined
      const clauses = constraintClauses(column, value)
      if (table.definition.ofType !== undefined)
        return clauses.length === 0 ? [] : [`${ownName(column)} WITH OPTIONS ${clauses.join(' ')}`]
      if (comesFrom === undefined) return [columnClause(column, value)]
      const parentValue = objectOf(column.schema, `default ${comesFrom.name}`)
      if (constraintClauses(comesFrom, parentValue).join(' ') === clauses.join(' ')) return []
      if (clauses.length === 0) return []
      const isPartition =
        parentsOf(table).length === 1 &&
        table.schema.objects.get(`attachment ${table.name}`)?.bounds !== undefined
      return [isPartition ? `${ownName(column)} ${clauses.join(' ')}` : columnClause(column, value)]
    }),
    ...constraints.map(constraintClause),
  ]
}

/** A partition takes its parent's default over; where it has none of its own, it is taken off. */
function defaultsTakenOff(within: readonly SchemaObject[]): Written {
  return within
    .filter(({ kind, definition }) => kind === 'default' && definition.default === undefined)
    .map((value) => {
      const own = ownName(value)
      const table = value.name.slice(0, -own.length - 1)
      return {
        key: `column ${value.name}`,
        sql: `ALTER TABLE ${table} ALTER COLUMN ${own} DROP DEFAULT`,
      }
    })
}

function tail({ definition }: SchemaObject): readonly string[] {
  const { partitionKey, accessMethod, server } = definition
  const options = optionsSql(listOf(definition, 'options')) ?? ''
  return [
    ...(partitionKey === undefined ? [] : [`PARTITION BY ${partitionKey}`]),
    ...(accessMethod === undefined ? [] : [`USING ${accessMethod}`]),
    ...(server === undefined ? [] : [`SERVER ${server}`]),
    ...(options === '' ? [] : [options]),
  ]
}

function flags({ key, name, definition }: SchemaObject): readonly Statement[] {
  const flag = (sql: string) => ({ key, sql: `ALTER TABLE ${name} ${sql} ROW LEVEL SECURITY` })
  return [
    ...(definition.rowSecurity === true ? [flag('ENABLE')] : []),
    ...(definition.forceRowSecurity === true ? [flag('FORCE')] : []),
  ]
}

function optionChanges(before: SchemaObject, after: SchemaObject): Written {
  const { key, kind, name } = after
  const changes = changedOptions(
    listOf(before.definition, 'options'),
    listOf(after.definition, 'options'),
  )
  if (changes === undefined) return [{ key, ...SECRET }]
  return changes === '' ? [] : [{ key, sql: `ALTER ${kind.toUpperCase()} ${name} ${changes}` }]
}
