import type { ColumnDef, Constraint } from 'libpg-query'
import type { EffectContext } from './deploy.ts'
import { type Effect, EXCLUSIVE } from './effect.ts'
import { later, uniqueIndex } from './safe-ways.ts'
import {
  constraintIn,
  everyNode,
  namesIn,
  type RelationName,
  relationOf,
  shown,
  shownTable,
  typeWords,
} from './tree.ts'

/** What ADD COLUMN locks and does, with what stands behind the column's type. */
export function addColumn(
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
