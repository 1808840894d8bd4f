import type { SchemaObject } from '../kind-writer.ts'
import { listOf, ownName, textOf } from '../objects.ts'
import type { Statement } from '../statement.ts'
import { identityOptions, optionClauses } from './sequence-options.ts'
import { optionsSql } from './words.ts'

/** A column as CREATE TABLE and ADD COLUMN want it; `value` is its default, if it is made with it. */
export function columnClause(column: SchemaObject, value: SchemaObject | undefined): string {
  const { definition } = column
  const compression = textOf(definition, 'compression')
  const collation = textOf(definition, 'collation')
  const options = optionsSql(listOf(definition, 'options')) ?? ''
  return [
    ownName(column),
    textOf(definition, 'type'),
    ...(options === '' ? [] : [options]),
    ...(compression === undefined ? [] : [`COMPRESSION ${compression}`]),
    ...(collation === undefined ? [] : [`COLLATE ${collation}`]),
    ...generatedClause(column),
    ...constraintClauses(column, value),
  ].join(' ')
}

/** DEFAULT, identity and NOT NULL: what a partition may have otherwise than its table. */
export function constraintClauses(
  { definition }: SchemaObject,
  value: SchemaObject | undefined,
): readonly string[] {
  const preset = value && textOf(value.definition, 'default')
  const identity = textOf(definition, 'identity')
  return [
    ...(preset === undefined ? [] : [`DEFAULT ${preset}`]),
    ...(identity === undefined
      ? []
      : [identityClause(identity, textOf(definition, 'sequence') ?? '')]),
    ...(isNotNull(definition) ? ['NOT NULL'] : []),
  ]
}

/** What follows a statement that made the column, since none makes both at once. */
export function columnExtras(column: SchemaObject, table: string): readonly Statement[] {
  const { key, definition } = column
  const storage = textOf(definition, 'storage')
  const alter = `ALTER TABLE ${table}`
  return [
    ...(storage === undefined
      ? []
      : [{ key, sql: `${alter} ALTER COLUMN ${ownName(column)} SET STORAGE ${storage}` }]),
    ...(definition.validated === false
      ? [{ key, sql: `${alter} ADD NOT NULL ${ownName(column)} NOT VALID` }]
      : []),
  ]
}

/** `GENERATED ALWAYS AS IDENTITY (START WITH 5)`. */
export function identityClause(identity: string, sequence: string): string {
  const options = optionClauses(identityOptions(sequence)).join(' ')
  return `GENERATED ${identity.toUpperCase()} AS IDENTITY${options === '' ? '' : ` (${options})`}`
}

/** NOT NULL that holds for all rows; what is not validated yet is added by itself. */
export function isNotNull(definition: SchemaObject['definition']): boolean {
  return definition.nullable === false && definition.validated !== false
}

function generatedClause({ definition }: SchemaObject): readonly string[] {
  const generated = textOf(definition, 'generated')
  if (generated === undefined) return []
  const kind = (textOf(definition, 'generatedKind') ?? 'stored').toUpperCase()
  return [`GENERATED ALWAYS AS ${inParentheses(generated)} ${kind}`]
}

/** With parentheses around the whole, where there are none yet. */
function inParentheses(expression: string): string {
  const plain = expression.replaceAll(/'(?:[^']|'')*'|"(?:[^"]|"")*"/g, 'x')
  let depth = 0
  const closes = [...plain].findIndex((letter) => {
    depth += Number(letter === '(') - Number(letter === ')')
    return depth === 0
  })
  return closes === [...plain].length - 1 && plain.length > 1 ? expression : `(${expression})`
}
