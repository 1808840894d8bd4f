import type { ColumnDef, Constraint } from 'libpg-query'
import type { EffectContext } from './deploy.ts'
import type { Effect } from './effect.ts'
import {
  type Alteration,
  constraintIn,
  everyNode,
  keyOf,
  namesIn,
  type RelationName,
  relationOf,
  shown,
  shownTable,
  typeWords,
} from './tree.ts'
import { typeChange } from './type-change.ts'

const EXCLUSIVE = 'access exclusive'

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

function addColumn(
  table: RelationName,
  column: ColumnDef,
  context: EffectContext,
): readonly Effect[] {
  const { colname = '', typeName, constraints = [] } = column
  const all = constraints.flatMap((one) => constraintIn(one) ?? [])
  const reason = rewritingReason(column, all, context)
  const name = `ADD COLUMN ${shown(colname)}`
  const what = reason === undefined ? name : `${name} ${reason}`
  const own = { table, lock: EXCLUSIVE, what } as const
  const add = `ALTER TABLE ${shownTable(table)} ADD COLUMN ${shown(colname)}`
  const of = (type: string) => all.find(({ contype }) => contype === type)
  const [key, check] = [of('CONSTR_FOREIGN'), of('CONSTR_CHECK')]
  const unique = of('CONSTR_UNIQUE') ?? of('CONSTR_PRIMARY')
  const hasDefault = of('CONSTR_DEFAULT') !== undefined
  const type = typeWords(typeName).name.replace(/^(?:big|small)?serial\d?$/, 'bigint')
  const bare = `${add} ${type};\n`
  return [
    reason === undefined
      ? own
      : {
          ...{ ...own, work: 'rewrites' as const },
          safe: `${bare}ALTER TABLE ${shownTable(table)} ALTER COLUMN ${shown(colname)} SET DEFAULT …;\n-- then the rows of before, some thousands at a time:\nUPDATE ${shownTable(table)} SET ${shown(colname)} = … WHERE …;`,
        },
    ...(unique === undefined
      ? []
      : [
          {
            ...own,
            work: 'builds' as const,
            safe: `${bare}${uniqueIndex(table, { ...unique, keys: [{ String: { sval: colname } }] })}`,
          },
        ]),
    ...(check === undefined
      ? []
      : [
          {
            ...own,
            work: 'scans' as const,
            safe: `${bare}${later(table, `${table.name}_${colname}_check`, 'CHECK (…)')}`,
          },
        ]),
    ...(key === undefined
      ? []
      : [
          {
            ...own,
            other: relationOf(key.pktable, context.schema),
            ...(hasDefault && {
              work: 'scans' as const,
              safe: `${bare}${later(table, `${table.name}_${colname}_fkey`, 'FOREIGN KEY …')}`,
            }),
          },
        ]),
  ]
}

/** What makes ADD COLUMN write every row. */
function rewritingReason(
  { typeName }: ColumnDef,
  constraints: readonly Constraint[],
  { facts }: EffectContext,
): string | undefined {
  const { name, isArray } = typeWords(typeName)
  if (/^(?:big|small)?serial[248]?$/.test(name)) return `of type ${name}`
  if (!isArray && facts?.domains.get(name)?.isChecked === true)
    return `of ${name}, a domain with a CHECK,`
  for (const { contype, raw_expr, generated_kind } of constraints) {
    if (contype === 'CONSTR_IDENTITY') return 'as an identity'
    if (contype === 'CONSTR_GENERATED' && generated_kind !== 'v') return 'as GENERATED … STORED'
    if (contype !== 'CONSTR_DEFAULT') continue
    const called = everyNode<{ funcname?: Parameters<typeof namesIn>[0] }>(raw_expr, 'FuncCall')
    const names = called.flatMap(({ funcname }) => namesIn(funcname).at(-1) ?? [])
    const volatile = names.find(
      (one) => VOLATILE.includes(one) || facts?.volatile.has(one) === true,
    )
    if (volatile !== undefined) return `with the default ${volatile}()`
  }
  return undefined
}

const VOLATILE = [
  'clock_timestamp',
  'timeofday',
  'random',
  'gen_random_uuid',
  'nextval',
  'uuid_generate_v1',
  'uuid_generate_v4',
  'uuidv4',
  'uuidv7',
]

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

/** First without a look at the rows, then the look, which locks nobody out. */
function later(table: RelationName, name: string, definition: string): string {
  const own = `ALTER TABLE ${shownTable(table)}`
  return `${own} ADD CONSTRAINT ${shown(name)} ${definition} NOT VALID;\n-- in the next revision, so that it is another transaction:\n${own} VALIDATE CONSTRAINT ${shown(name)};`
}

function uniqueIndex(table: RelationName, constraint: Constraint): string {
  const { contype, keys = [] } = constraint
  const columns = namesIn([...keys])
  const isPrimary = contype === 'CONSTR_PRIMARY'
  const usual = isPrimary ? `${table.name}_pkey` : `${table.name}_${columns.join('_')}_key`
  const name = shown(constraint.conname ?? usual)
  const kind = isPrimary ? 'PRIMARY KEY' : 'UNIQUE'
  return `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${shownTable(table)} (${columns.map((one) => shown(one)).join(', ')});\nALTER TABLE ${shownTable(table)} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name};`
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
