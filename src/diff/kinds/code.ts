import { holderOf } from '../../catalog/object-key.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { listOf, objectOf, ownName, textOf } from '../objects.ts'
import { type Sql, simpleWriter, words } from './simple.ts'
import { roleSql } from './words.ts'

/** What `enabled` says, as ALTER … writes it. */
export const ENABLING: Readonly<Record<string, string>> = {
  enabled: 'ENABLE',
  disabled: 'DISABLE',
  replica: 'ENABLE REPLICA',
  always: 'ENABLE ALWAYS',
}

/** Views, and what runs or decides by itself on a table. */
export const CODE_WRITERS: Readonly<Record<string, KindWriter>> = {
  trigger: ofTable('TRIGGER'),
  rule: ofTable('RULE'),
  policy: simpleWriter({
    create: (object) =>
      words(
        `CREATE POLICY ${ownName(object)} ON ${tableOf(object)}`,
        object.definition.restrictive === true && 'AS RESTRICTIVE',
        `FOR ${textOf(object.definition, 'command')?.toUpperCase()}`,
        clauses(object),
      ),
    drop: (object) => `DROP POLICY ${ownName(object)} ON ${tableOf(object)}`,
    change: { roles: alterPolicy, using: alterPolicy, check: alterPolicy },
  }),
  partition: simpleWriter({
    create: (partition) => deviations(partition, undefined),
    // One that is as its table is no object of a difference.
    drop: (partition) =>
      deviations({ ...partition, definition: { of: partition.definition.of ?? '' } }, partition),
    change: { of: () => [], deviations },
  }),
  view: simpleWriter({ create: createView, canReplace: onlyAppends }),
  'materialized view': simpleWriter({
    create: ({ name, definition }) =>
      `CREATE MATERIALIZED VIEW ${name} AS\n${bodyOf(definition)}\nWITH ${definition.populated === false ? 'NO ' : ''}DATA`,
    change: {
      populated: ({ name, definition }) =>
        `REFRESH MATERIALIZED VIEW ${name}${definition.populated === false ? ' WITH NO DATA' : ''}`,
    },
  }),
}

function ofTable(word: 'TRIGGER' | 'RULE'): KindWriter {
  const enable = (object: SchemaObject): string =>
    `ALTER TABLE ${tableOf(object)} ${ENABLING[textOf(object.definition, 'enabled') ?? 'enabled']} ${word} ${ownName(object)}`
  return simpleWriter({
    create: (object) => {
      const made = bodyOf(object.definition)
      const isPlain = ['enabled', undefined].includes(textOf(object.definition, 'enabled'))
      return isPlain ? made : [made, enable(object)]
    },
    drop: (object) => `DROP ${word} ${ownName(object)} ON ${tableOf(object)}`,
    change: { enabled: enable },
  })
}

const TRIGGER_STATE = /^trigger (.+) is (\w+)$/

/** Triggers that a partition has switched by itself, or has again as its table has them. */
function deviations(after: SchemaObject, before: SchemaObject | undefined): Sql {
  const [old, wanted] = [before, after].map((one) =>
    one ? listOf(one.definition, 'deviations') : [],
  )
  const texts = [...(old ?? []), ...(wanted ?? [])]
  const others = texts.filter((text) => !TRIGGER_STATE.test(text))
  if (others.length > 0) return { why: `${others[0]}, which is for a superuser to change` }
  return texts.flatMap((text) => {
    const [, name = '', state = ''] = TRIGGER_STATE.exec(text) ?? []
    const parent = objectOf(after.schema, `trigger ${after.definition.of}.${name}`)
    const isGone = wanted?.includes(text) === false
    if (isGone && wanted?.some((one) => TRIGGER_STATE.exec(one)?.[1] === name)) return []
    const usual = textOf(parent?.definition ?? {}, 'enabled') ?? 'enabled'
    return [`ALTER TABLE ${after.name} ${ENABLING[isGone ? usual : state]} TRIGGER ${name}`]
  })
}

function tableOf({ key, definition }: SchemaObject): string {
  return holderOf(key, definition) ?? ''
}

/** Without the semicolon that the server prints. */
function bodyOf(definition: SchemaObject['definition']): string {
  return (textOf(definition, 'definition') ?? '').trim().replace(/;$/, '')
}

function clauses({ definition }: SchemaObject): string {
  return words(
    `TO ${listOf(definition, 'roles').map(roleSql).join(', ')}`,
    definition.using !== undefined && `USING (${definition.using})`,
    definition.check !== undefined && `WITH CHECK (${definition.check})`,
  )
}

/** ALTER POLICY takes no condition away. */
function alterPolicy(after: SchemaObject, before: SchemaObject): Sql {
  const made = `ON ${tableOf(after)}`
  const isLess = ['using', 'check'].some(
    (field) => field in before.definition && !(field in after.definition),
  )
  if (!isLess) return `ALTER POLICY ${ownName(after)} ${made} ${clauses(after)}`
  const created = CODE_WRITERS.policy?.create(after, []) ?? []
  return [
    `DROP POLICY ${ownName(before)} ${made}`,
    ...created.flatMap((one) => ('sql' in one ? [one.sql] : [])),
  ]
}

function createView({ name, definition }: SchemaObject): string {
  const options = listOf(definition, 'options')
  return words(
    `CREATE VIEW ${name}`,
    options.length > 0 && `WITH (${options.join(', ')})`,
    `AS\n${bodyOf(definition)}`,
  )
}

/** CREATE OR REPLACE keeps the columns that there are, and adds others behind them. */
function onlyAppends(before: SchemaObject, after: SchemaObject): boolean {
  const [old, wanted] = [columnsOf(before), columnsOf(after)]
  return old.length > 0 && old.every((column, at) => column === wanted[at])
}

/** Name, type and collation of each, in their order. */
function columnsOf({ name, schema }: SchemaObject): readonly string[] {
  return [...schema.objects.keys()]
    .filter((key) => key.startsWith(`column ${name}.`) && holderOf(key, {}) === name)
    .flatMap((key) => objectOf(schema, key) ?? [])
    .toSorted((one, other) => Number(one.definition.position) - Number(other.definition.position))
    .map(({ key, definition }) => [key, definition.type, definition.collation].join(' '))
}
