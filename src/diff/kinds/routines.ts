import { quoteLiteral } from '../../postgres/sql/identifier.ts'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { listOf, textOf } from '../objects.ts'
import { parameters, simpleWriter, words } from './simple.ts'
import { plainName, qualifiedOperator, setTo, withoutTypes } from './words.ts'

const AGGREGATE = {
  transition: 'SFUNC',
  state: 'STYPE',
  final: 'FINALFUNC',
  finalExtra: 'FINALFUNC_EXTRA',
  combine: 'COMBINEFUNC',
  serialize: 'SERIALFUNC',
  deserialize: 'DESERIALFUNC',
  movingTransition: 'MSFUNC',
  movingInverse: 'MINVFUNC',
  movingState: 'MSTYPE',
  movingFinal: 'MFINALFUNC',
  parallel: 'PARALLEL',
}
const MODIFIES: Readonly<Record<string, string>> = {
  r: 'READ_ONLY',
  s: 'SHAREABLE',
  w: 'READ_WRITE',
}

/** Functions, procedures and aggregates. */
export const ROUTINE_WRITERS: Readonly<Record<string, KindWriter>> = {
  function: simpleWriter({ create: createRoutine, canReplace: hasSameSignature }),
  procedure: simpleWriter({ create: createRoutine, canReplace: hasSameSignature }),
  aggregate: simpleWriter({
    create: createAggregate,
    drop: ({ name }) => `DROP ROUTINE ${name}`,
    canReplace: hasSameSignature,
  }),
}

function createRoutine({ kind, name, definition }: SchemaObject): string {
  const text = (field: string) => textOf(definition, field)
  const given = (field: string, word: string) =>
    definition[field] === undefined ? undefined : `${word} ${definition[field]}`
  return [
    `CREATE ${kind.toUpperCase()} ${withoutTypes(name)}(${text('arguments') ?? ''})`,
    given('returns', 'RETURNS'),
    words(
      `LANGUAGE ${plainName(text('language') ?? '')}`,
      definition.transforms !== undefined &&
        `TRANSFORM ${listOf(definition, 'transforms')
          .map((type) => `FOR TYPE ${type}`)
          .join(', ')}`,
      definition.window === true && 'WINDOW',
      text('volatility')?.toUpperCase(),
      definition.strict === true && 'STRICT',
      definition.securityDefiner === true && 'SECURITY DEFINER',
      definition.leakproof === true && 'LEAKPROOF',
      given('parallel', 'PARALLEL')?.toUpperCase(),
      given('cost', 'COST'),
      given('rows', 'ROWS'),
      given('support', 'SUPPORT'),
    ),
    ...listOf(definition, 'settings').map((item) => `SET ${setTo(item)}`),
    text('sqlBody') ?? bodyOf(definition),
  ]
    .filter((line) => line !== undefined)
    .join('\n')
}

/** In dollars of a tag that the body does not hold; of a function in C, the library comes first. */
function bodyOf({ body, library }: SchemaObject['definition']): string {
  const text = String(body ?? '')
  if (library !== undefined) return `AS ${quoteLiteral(String(library))}, ${quoteLiteral(text)}`
  let tag = '$$'
  for (let n = 0; text.includes(tag.slice(0, -1)); n += 1) tag = `$body${n || ''}$`
  return `AS ${tag}${text}${tag}`
}

function createAggregate(object: SchemaObject): string {
  const { name, definition } = object
  const modify = textOf(definition, 'finalModify')
  const all = [
    ...parameters(object, AGGREGATE),
    ...parameters(object, { initial: 'INITCOND', movingInitial: 'MINITCOND' }, quoteLiteral),
    ...(modify === undefined ? [] : [`FINALFUNC_MODIFY = ${MODIFIES[modify]}`]),
    ...parameters(object, { sortOperator: 'SORTOP' }, qualifiedOperator),
  ]
  return `CREATE AGGREGATE ${withoutTypes(name)}(${textOf(definition, 'arguments') ?? '*'}) (${all.join(', ')})`
}

/** What callers depend on: arguments with their names and defaults, the result, and whether it is a window's. */
function hasSameSignature(before: SchemaObject, after: SchemaObject): boolean {
  return ['arguments', 'returns', 'window'].every(
    (field) => before.definition[field] === after.definition[field],
  )
}
