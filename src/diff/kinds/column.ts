import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import {
  holderName,
  inheritedPart,
  isForeignKey,
  listOf,
  ownName,
  relationOf,
  textOf,
} from '../objects.ts'
import type { Statement, Written } from '../statement.ts'
import { columnClause, columnExtras, identityClause, isNotNull } from './column-clause.ts'
import { changedClauses, identityOptions, leavesRange } from './sequence-options.ts'
import { losesValues, rewritesRows, throughText, usingFor } from './type-change.ts'
import { changedOptions, SECRET } from './words.ts'

/** Functions of which each row gets a value of its own, so that the table is written again. */
const VOLATILE = /\b(?:nextval|random|clock_timestamp|timeofday|gen_random_uuid|uuid\w+)\(/

/** Columns of tables that stay; those of a new table are made by it, those of views by the view. */
export const columnWriter: KindWriter = {
  create(column, within) {
    const value = within.find(({ key }) => key === `default ${column.name}`)
    const table = tableOf(column)
    const isWritten =
      column.definition.identity !== undefined ||
      column.definition.generatedKind === 'stored' ||
      VOLATILE.test(textOf(value?.definition ?? {}, 'default') ?? '')
    const sql = `ALTER TABLE ${table} ADD COLUMN ${columnClause(column, value)}`
    return [
      { key: column.key, sql, ...(isWritten && { rewrites: table }) },
      ...columnExtras(column, table),
    ]
  },

  drop(column) {
    const table = tableOf(column)
    const holdsValues =
      column.definition.generated === undefined &&
      relationOf(column.schema, table)?.kind === 'table'
    return [
      {
        key: column.key,
        sql: `ALTER TABLE ${table} DROP COLUMN ${ownName(column)}`,
        ...(holdsValues && { destroys: `the values of ${column.name}` }),
      },
    ]
  },

  alter(before, after) {
    const [old, now] = [before.definition, after.definition]
    const isPlainNow = old.generated !== undefined && now.generated === undefined
    const changes = (field: string) => isOwnChange(before, after, field)
    if (!isPlainNow && (changes('generated') || changes('generatedKind'))) return 'rebuild'
    return [
      ...(isPlainNow && changes('generated') ? [set(after, 'DROP EXPRESSION')] : []),
      ...(changes('identity') && now.identity === undefined ? [set(after, 'DROP IDENTITY')] : []),
      ...(changes('type') || changes('collation') ? [retype(before, after)] : []),
      ...nullability(before, after),
      ...identityChanges(before, after),
      ...(changes('storage')
        ? [set(after, `SET STORAGE ${now.storage ?? usualStorage(after)}`)]
        : []),
      ...(changes('compression')
        ? [set(after, `SET COMPRESSION ${now.compression ?? 'default'}`)]
        : []),
      ...(changes('options') ? [foreignOptions(before, after)] : []),
    ]
  },

  blocks: (dependent, before, after) =>
    (before.definition.type !== after.definition.type ||
      before.definition.collation !== after.definition.collation) &&
    hindersRetype(dependent),

  takesIn: (_column, { kind }) => kind === 'default',
}

function foreignOptions(before: SchemaObject, after: SchemaObject): Written[number] {
  const [old, now] = [before, after].map(({ definition }) => listOf(definition, 'options'))
  const changes = changedOptions(old ?? [], now ?? [])
  return changes === undefined ? { key: after.key, ...SECRET } : set(after, changes)
}

/**
 * True for what PostgreSQL refuses to adapt to another type of a column, or adapts otherwise than it would be
 * made again; plain indexes and keys it adapts by itself.
 */
export function hindersRetype(dependent: SchemaObject): boolean {
  if (dependent.kind === 'column') return dependent.definition.generated !== undefined
  return isForeignKey(dependent) || HINDERING.has(dependent.kind)
}

const HINDERING = new Set([
  'default',
  'view',
  'materialized view',
  'rule',
  'policy',
  'trigger',
  'function',
  'procedure',
  'published table',
])

/** To the type of the same name that has been made meanwhile. */
export function moved(column: SchemaObject): Statement {
  const type = textOf(column.definition, 'type') ?? ''
  const collation = textOf(column.definition, 'collation')
  const how =
    collation === undefined ? `USING ${throughText(ownName(column), type)}` : `COLLATE ${collation}`
  return {
    ...set(column, `TYPE ${type} ${how}`),
    rewrites: tableOf(column),
  }
}

/** A change that does not come from the table above by itself. */
function isOwnChange(before: SchemaObject, after: SchemaObject, field: string): boolean {
  if (before.definition[field] === after.definition[field]) return false
  const [old, now] = [inheritedPart(before), inheritedPart(after)]
  if (old === undefined || now === undefined) return true
  return (
    old.definition[field] !== before.definition[field] ||
    now.definition[field] !== after.definition[field]
  )
}

function retype(before: SchemaObject, after: SchemaObject): Statement {
  const [from, to] = [
    textOf(before.definition, 'type') ?? '',
    textOf(after.definition, 'type') ?? '',
  ]
  const collation = textOf(after.definition, 'collation')
  const using = usingFor(ownName(after), from, to)
  const sql = [
    `TYPE ${to}`,
    ...(collation === undefined ? [] : [`COLLATE ${collation}`]),
    ...(using === undefined ? [] : [`USING ${using}`]),
  ].join(' ')
  return {
    ...set(after, sql),
    ...(from !== to && rewritesRows(from, to) && { rewrites: tableOf(after) }),
    ...(losesValues(from, to) && { destroys: `what ${to} does not hold of ${after.name}` }),
  }
}

function nullability(before: SchemaObject, after: SchemaObject): Written {
  if (!isOwnChange(before, after, 'nullable') && !isOwnChange(before, after, 'validated')) return []
  if (isNotNull(after.definition)) return [set(after, 'SET NOT NULL')]
  return [
    ...(before.definition.nullable === false ? [set(after, 'DROP NOT NULL')] : []),
    ...(after.definition.validated === false
      ? [
          {
            key: after.key,
            sql: `ALTER TABLE ${tableOf(after)} ADD NOT NULL ${ownName(after)} NOT VALID`,
          },
        ]
      : []),
  ]
}

/** A new identity counts on from what the rows have. */
function identityChanges(before: SchemaObject, after: SchemaObject): Written {
  const [old, now] = [before.definition, after.definition].map((one) => textOf(one, 'identity'))
  const [was, is] = [before.definition, after.definition].map(
    (one) => textOf(one, 'sequence') ?? '',
  )
  if (now === undefined || is === undefined) return []
  if (old === undefined || was === undefined)
    return [set(after, `ADD ${identityClause(now, is)}`), countOn(after)]
  const clauses = [
    ...(old === now ? [] : [`SET GENERATED ${now.toUpperCase()}`]),
    ...changedClauses(identityOptions(was), identityOptions(is)).map((clause) => `SET ${clause}`),
  ]
  if (clauses.length === 0) return []
  if (!leavesRange(identityOptions(was), identityOptions(is)))
    return [set(after, clauses.join(' '))]
  return [set(after, [...clauses, 'RESTART'].join(' ')), countOn(after)]
}

/** Lets the sequence of a column begin behind the greatest value that is there. */
export function countOn(column: Pick<SchemaObject, 'key' | 'name'>): Statement {
  const own = ownName(column)
  const table = column.name.slice(0, -own.length - 1)
  const [tableText, ownText] = [
    table,
    own.startsWith('"') ? own.slice(1, -1).replaceAll('""', '"') : own,
  ]
  const sequence = `pg_catalog.pg_get_serial_sequence('${tableText.replaceAll("'", "''")}', '${ownText.replaceAll("'", "''")}')`
  return {
    key: column.key,
    sql: `SELECT pg_catalog.setval(${sequence}, max(${own})) FROM ${table} HAVING max(${own}) > 0`,
  }
}

function set(column: SchemaObject, clause: string): Statement {
  return {
    key: column.key,
    sql: `ALTER TABLE ${tableOf(column)} ALTER COLUMN ${ownName(column)} ${clause}`,
  }
}

function tableOf(column: SchemaObject): string {
  return holderName(column) ?? ''
}

/** Written out, since SET STORAGE DEFAULT came with PostgreSQL 16. */
function usualStorage({ definition }: SchemaObject): string {
  return /^(?:numeric|inet|cidr)\b/.test(textOf(definition, 'type') ?? '') ? 'main' : 'extended'
}
