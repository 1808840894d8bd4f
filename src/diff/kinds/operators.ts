import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { listOf, objectOf, textOf } from '../objects.ts'
import { parameters, type Sql, simpleWriter, words } from './simple.ts'
import { qualifiedOperator, withoutTypes } from './words.ts'

const METHODS: Readonly<Record<string, string>> = {
  inout: 'WITH INOUT',
  binary: 'WITHOUT FUNCTION',
}

const FAMILY = simpleWriter({
  create: (object) => [`CREATE OPERATOR FAMILY ${usedWith(object)}`, ...added(object, [])],
  drop: (object) => `DROP OPERATOR FAMILY ${usedWith(object)}`,
})

/** Operators with their classes and families, casts, text search, and languages. */
export const OPERATOR_WRITERS: Readonly<Record<string, KindWriter>> = {
  operator: simpleWriter({
    create: createOperator,
    change: { restrict: setEstimators, join: setEstimators },
  }),
  'operator family': { ...FAMILY, alter: growFamily },
  'operator class': simpleWriter({
    create: (object) =>
      words(
        `CREATE OPERATOR CLASS ${withoutMethod(object)}`,
        object.definition.default === true && 'DEFAULT',
        `FOR TYPE ${object.definition.type} USING ${methodOf(object)} FAMILY ${object.definition.family}`,
        // Its operators and functions are the family's; a class has to have something.
        `AS STORAGE ${object.definition.storage ?? object.definition.type}`,
      ),
    drop: (object) => `DROP OPERATOR CLASS ${usedWith(object)}`,
  }),
  cast: simpleWriter({
    create: createCast,
    drop: (object) => (isOfRange(object) ? [] : `DROP CAST ${object.name.replace(' as ', ' AS ')}`),
  }),
  transform: simpleWriter({
    create: (object) => {
      const { name, definition } = object
      const { fromSql, toSql } = definition
      const parts = [
        ...(fromSql === undefined ? [] : [`FROM SQL WITH FUNCTION ${fromSql}`]),
        ...(toSql === undefined ? [] : [`TO SQL WITH FUNCTION ${toSql}`]),
      ]
      return `CREATE TRANSFORM ${transformName(name)} (${parts.join(', ')})`
    },
    drop: ({ name }) => `DROP TRANSFORM ${transformName(name)}`,
  }),
  language: simpleWriter({
    create: ({ name, definition }) =>
      words(
        'CREATE',
        definition.trusted === true && 'TRUSTED',
        `LANGUAGE ${name} HANDLER ${definition.handler}`,
        definition.inline !== undefined && `INLINE ${definition.inline}`,
        definition.validator !== undefined && `VALIDATOR ${definition.validator}`,
      ),
  }),
  'access method': simpleWriter({
    create: ({ name, definition }) =>
      `CREATE ACCESS METHOD ${name} TYPE ${textOf(definition, 'type')?.toUpperCase()} HANDLER ${definition.handler}`,
  }),
  'text search configuration': simpleWriter({
    create: (object) => [
      `CREATE TEXT SEARCH CONFIGURATION ${object.name} (PARSER = ${object.definition.parser})`,
      ...mapped(object, undefined),
    ],
    change: { mappings: (after, before) => mapped(after, before) },
  }),
  'text search dictionary': simpleWriter({
    create: ({ name, definition }) => {
      const options = definition.options === undefined ? '' : `, ${definition.options}`
      return `CREATE TEXT SEARCH DICTIONARY ${name} (TEMPLATE = ${definition.template}${options})`
    },
  }),
  'text search parser': listed({
    start: 'START',
    token: 'GETTOKEN',
    end: 'END',
    types: 'LEXTYPES',
    headline: 'HEADLINE',
  }),
  'text search template': listed({ init: 'INIT', lexize: 'LEXIZE' }),
}

function listed(names: Readonly<Record<string, string>>): KindWriter {
  return simpleWriter({
    create: (object) =>
      `CREATE ${object.kind.toUpperCase()} ${object.name} (${parameters(object, names).join(', ')})`,
  })
}

function createOperator(object: SchemaObject): string {
  const [, left, right] = /\((.+), (.+)\)$/.exec(object.name) ?? []
  const all = [
    `FUNCTION = ${object.definition.function}`,
    ...(left === 'none' ? [] : [`LEFTARG = ${left}`]),
    `RIGHTARG = ${right}`,
    ...parameters(object, { commutator: 'COMMUTATOR', negator: 'NEGATOR' }, qualifiedOperator),
    ...parameters(object, {
      restrict: 'RESTRICT',
      join: 'JOIN',
      hashes: 'HASHES',
      merges: 'MERGES',
    }),
  ]
  return `CREATE OPERATOR ${withoutTypes(object.name)} (${all.join(', ')})`
}

function setEstimators({ name, definition }: SchemaObject): string {
  const { restrict = 'NONE', join = 'NONE' } = definition
  return `ALTER OPERATOR ${name} SET (RESTRICT = ${restrict}, JOIN = ${join})`
}

function withoutMethod({ name }: SchemaObject): string {
  return name.slice(0, name.lastIndexOf(' using '))
}

function methodOf({ name }: SchemaObject): string {
  return name.slice(name.lastIndexOf(' using ') + ' using '.length)
}

function usedWith(object: SchemaObject): string {
  return `${withoutMethod(object)} USING ${methodOf(object)}`
}

/** What is in a family and shall not be may be its class's, without which it does not go. */
function growFamily(before: SchemaObject, after: SchemaObject): ReturnType<KindWriter['alter']> {
  const wanted = entriesOf(after)
  if (entriesOf(before).some((entry) => !wanted.includes(entry))) return 'rebuild'
  return added(after, entriesOf(before)).map((sql) => ({ key: after.key, sql }))
}

function added(object: SchemaObject, known: readonly string[]): readonly string[] {
  const entries = entriesOf(object).filter((entry) => !known.includes(entry))
  if (entries.length === 0) return []
  return [`ALTER OPERATOR FAMILY ${usedWith(object)} ADD ${entries.join(', ')}`]
}

function entriesOf({ definition }: SchemaObject): readonly string[] {
  return [
    ...listOf(definition, 'operators').map(
      (text) => `OPERATOR ${text.replace(' for order by ', ' FOR ORDER BY ')}`,
    ),
    ...listOf(definition, 'functions').map((text) => `FUNCTION ${text}`),
  ]
}

function createCast(object: SchemaObject): Sql {
  const { name, definition } = object
  if (isOfRange(object)) return []
  return words(
    `CREATE CAST ${name.replace(' as ', ' AS ')}`,
    METHODS[String(definition.method)] ?? `WITH FUNCTION ${definition.function}`,
    definition.context !== 'explicit' && `AS ${textOf(definition, 'context')?.toUpperCase()}`,
  )
}

/** A range type brings a cast to its multirange along. */
function isOfRange({ name, schema }: SchemaObject): boolean {
  const [, from, to] = /^\((.+) as (.+)\)$/.exec(name) ?? []
  const range = objectOf(schema, `range type ${from}`)
  return range !== undefined && range.definition.multirange === to
}

/** `for integer language sql` */
function transformName(name: string): string {
  return name.replace(/^for /, 'FOR ').replace(/ language (?=\S+$)/, ' LANGUAGE ')
}

/** A dictionary list is printed with its commas; what changed goes before it comes. */
function mapped(after: SchemaObject, before: SchemaObject | undefined): readonly string[] {
  const old = new Set(before && listOf(before.definition, 'mappings'))
  const wanted = listOf(after.definition, 'mappings')
  const change = `ALTER TEXT SEARCH CONFIGURATION ${after.name}`
  const tokenOf = (text: string) => text.slice(0, text.indexOf(': '))
  return [
    ...[...old]
      .filter((text) => !wanted.includes(text))
      .map((text) => `${change} DROP MAPPING FOR ${tokenOf(text)}`),
    ...wanted
      .filter((text) => !old.has(text))
      .map(
        (text) =>
          `${change} ADD MAPPING FOR ${tokenOf(text)} WITH ${text.slice(text.indexOf(': ') + 2)}`,
      ),
  ]
}
