import type { Constraint } from 'libpg-query'
import { addColumn } from './add-column.ts'
import type { EffectContext } from './deploy.ts'
import { type Effect, EXCLUSIVE } from './effect.ts'
import { later, uniqueIndex } from './safe-ways.ts'
import {
  type Alteration,
  constraintIn,
  keyOf,
  namesIn,
  type RelationName,
  relationOf,
  shown,
  shownTable,
} from './tree.ts'
import { typeChange } from './type-change.ts'

/** Commands of the lighter lock that lets readers and writers go on. */
const ONLINE = [
  'AT_SetStatistics',
  'AT_SetRelOptions',
  'AT_ResetRelOptions',
  'AT_SetOptions',
  'AT_ClusterOn',
]
const TRIGGERS = /^AT_(?:Enable|Disable)(?:Always|Replica)?Trig/

/** What one command of ALTER TABLE locks and does. */
export function alterationEffect(
  { table, command }: Alteration,
  context: EffectContext,
): readonly Effect[] {
  const { subtype = '', name = '', def } = command
  const column = def !== undefined && 'ColumnDef' in def ? def.ColumnDef : undefined
  const constraint = constraintIn(def)
  if (subtype === 'AT_AddColumn' && column) return addColumn(table, column, context)
  if (subtype === 'AT_AlterColumnType' && column) {
    return [typeChange(table, { name, column }, context)]
  }
  if (subtype === 'AT_SetNotNull') return [setNotNull(table, name, context)]
  if (subtype === 'AT_AddConstraint' && constraint) return addConstraint(table, constraint, context)
  if (subtype === 'AT_ValidateConstraint') {
    const what = `VALIDATE CONSTRAINT ${shown(name)}`
    const lock = 'share update exclusive'
    return [{ table, lock, work: 'validates', what, check: { name, isValid: true } }]
  }
  if (subtype === 'AT_DropConstraint') return [dropConstraint(table, name, context)]
  if (ONLINE.includes(subtype)) {
    return [{ table, lock: 'share update exclusive', what: 'ALTER TABLE … SET' }]
  }
  if (TRIGGERS.test(subtype)) return [{ table, lock: 'share row exclusive', what: 'a trigger' }]
  if (subtype === 'AT_AttachPartition' || subtype === 'AT_DetachPartition') {
    return partition(table, command, context)
  }
  if (subtype === 'AT_SetLogged' || subtype === 'AT_SetUnLogged') {
    const what = subtype === 'AT_SetLogged' ? 'SET LOGGED' : 'SET UNLOGGED'
    return [{ table, lock: EXCLUSIVE, work: 'maintains', what, safe: COPY }]
  }
  if (REWRITING[subtype] !== undefined) {
    return [{ table, lock: EXCLUSIVE, work: 'rewrites', what: REWRITING[subtype], safe: COPY }]
  }
  return [{ table, lock: EXCLUSIVE, what: 'ALTER TABLE' }]
}

const REWRITING: Readonly<Record<string, string>> = {
  AT_SetAccessMethod: 'SET ACCESS METHOD',
  AT_SetTableSpace: 'SET TABLESPACE',
  AT_SetExpression: 'SET EXPRESSION',
}

const COPY = '-- make a new table, copy the rows in batches, and exchange the names'

function setNotNull(table: RelationName, column: string, { deploy, facts }: EffectContext): Effect {
  const what = `ALTER COLUMN ${shown(column)} SET NOT NULL`
  const isSo = facts?.tables.get(keyOf(table))?.columns[column]?.notNull === true
  const silent = isSo
    ? `${column} is NOT NULL already`
    : deploy.isProvedNotNull(table, column)
      ? 'a valid CHECK proves it'
      : undefined
  const name = `${table.name}_${column}_not_null`
  const own = `ALTER TABLE ${shownTable(table)}`
  const safe = `${later(table, name, `CHECK (${shown(column)} IS NOT NULL)`)}\n${own} ${what};\n${own} DROP CONSTRAINT ${shown(name)};`
  return { table, lock: EXCLUSIVE, work: 'scans', what, silent, safe }
}

function addConstraint(
  table: RelationName,
  constraint: Constraint,
  context: EffectContext,
): readonly Effect[] {
  const { contype, conname, skip_validation, indexname } = constraint
  const isLater = skip_validation === true
  const what = `ADD CONSTRAINT${conname === undefined ? '' : ` ${shown(conname)}`}`
  const own = { table, lock: EXCLUSIVE, what } as const
  const name = conname ?? `${table.name}_check`
  if (contype === 'CONSTR_CHECK') {
    const column = notNullColumn(constraint)
    const check = { name, isValid: !isLater, ...(column && { column }) }
    const safe = later(table, name, 'CHECK (…)')
    return [isLater ? { ...own, check } : { ...own, check, work: 'scans', safe }]
  }
  if (contype === 'CONSTR_NOTNULL') {
    const safe = later(table, name, `NOT NULL ${namesIn(constraint.keys).join(', ')}`)
    return [isLater ? own : { ...own, work: 'scans', safe }]
  }
  if (contype === 'CONSTR_FOREIGN') {
    const other = relationOf(constraint.pktable, context.schema)
    const key = { ...own, lock: 'share row exclusive', other } as const
    const safe = later(
      table,
      conname ?? `${table.name}_fkey`,
      `FOREIGN KEY (${namesIn(constraint.fk_attrs).join(', ')}) REFERENCES ${other ? shownTable(other) : '…'}`,
    )
    return [isLater ? key : { ...key, work: 'scans', safe }]
  }
  if (indexname === undefined) {
    const isExclusion = contype === 'CONSTR_EXCLUSION'
    const safe = isExclusion ? COPY : uniqueIndex(table, constraint)
    return [{ ...own, work: 'builds', safe }]
  }
  if (contype !== 'CONSTR_PRIMARY') return [own]
  return [{ ...own, work: 'scans', ...primaryOverIndex(table, context) }]
}

/** The columns of an index nobody knows here: it is in peace where all of the table's could be. */
function primaryOverIndex(
  table: RelationName,
  { facts }: EffectContext,
): Pick<Effect, 'silent' | 'safe'> {
  const columns = Object.values(facts?.tables.get(keyOf(table))?.columns ?? {})
  const isSafe = columns.length > 0 && columns.every(({ notNull }) => notNull)
  const safe = `-- make its columns NOT NULL first:\n${later(table, `${table.name}_not_null`, 'CHECK (… IS NOT NULL)')}`
  return { safe, silent: isSafe ? 'its columns are NOT NULL' : undefined }
}

/** The column of CHECK (column IS NOT NULL). */
function notNullColumn({ raw_expr }: Constraint): string | undefined {
  if (raw_expr === undefined || !('NullTest' in raw_expr)) return undefined
  const { nulltesttype, arg } = raw_expr.NullTest
  if (nulltesttype !== 'IS_NOT_NULL' || arg === undefined || !('ColumnRef' in arg)) return undefined
  return namesIn(arg.ColumnRef.fields).at(-1)
}

function dropConstraint(table: RelationName, name: string, { facts }: EffectContext): Effect {
  const found = facts?.tables.get(keyOf(table))?.constraints.find((one) => one.name === name)
  const what = `DROP CONSTRAINT ${shown(name)}`
  return { table, lock: EXCLUSIVE, what, other: found?.other ?? undefined }
}

function partition(
  table: RelationName,
  { subtype, def }: Alteration['command'],
  { schema, facts }: EffectContext,
): readonly Effect[] {
  const command = def !== undefined && 'PartitionCmd' in def ? def.PartitionCmd : undefined
  const child = relationOf(command?.name, schema)
  if (subtype === 'AT_DetachPartition') {
    const isOnline = command?.concurrent === true
    return [
      { table, lock: isOnline ? 'share update exclusive' : EXCLUSIVE, what: 'DETACH PARTITION' },
    ]
  }
  const fallback = facts?.tables.get(keyOf(table))?.fallback
  const what = 'ATTACH PARTITION'
  const scan = (one: RelationName): Effect => ({
    ...{ table: one, lock: EXCLUSIVE, work: 'scans', what },
    safe: later(one, `${one.name}_bound`, 'CHECK (…)'),
  })
  return [
    { table, lock: 'share update exclusive', what },
    ...(child === undefined ? [] : [scan(child)]),
    ...(fallback === null || fallback === undefined ? [] : [scan(fallback)]),
  ]
}
