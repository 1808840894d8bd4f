import { isDeepStrictEqual } from 'node:util'
import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import type { Written } from '../statement.ts'

/** Statements, none, or why a person has to write them. */
export type Sql = string | readonly string[] | { readonly why: string }

/** How a kind is written that is made, dropped and changed as a whole. */
interface Plan {
  readonly create: (object: SchemaObject) => Sql
  /** Default: DROP with the kind's words and the name. */
  readonly drop?: (object: SchemaObject) => Sql
  /** By field, what changes it in place; one that is not here needs a rebuild. */
  readonly change?: Readonly<Record<string, (after: SchemaObject, before: SchemaObject) => Sql>>
  /** True where CREATE OR REPLACE makes the one of the other, whatever else differs. */
  readonly canReplace?: (before: SchemaObject, after: SchemaObject) => boolean
  readonly blocks?: KindWriter['blocks']
}

/** A writer that goes by a plan. */
export function simpleWriter(plan: Plan): KindWriter {
  const { create, drop = dropped, change = {}, canReplace = () => false, blocks } = plan
  return {
    create: (object) => written(object.key, create(object)),
    drop: (object) => written(object.key, drop(object)),
    alter: (before, after) => {
      const changes = changedFields(before, after).map((field) => change[field])
      if (changes.every((one) => one !== undefined)) {
        const parts = changes.flatMap((one) => written(after.key, one(after, before)))
        return parts.filter(
          (part, at) => parts.findIndex((one) => isDeepStrictEqual(one, part)) === at,
        )
      }
      if (!canReplace(before, after)) return 'rebuild'
      return written(after.key, create(after)).map((part) =>
        'sql' in part && part.sql.startsWith('CREATE ')
          ? { ...part, sql: part.sql.replace('CREATE ', 'CREATE OR REPLACE ') }
          : part,
      )
    },
    ...(blocks && { blocks }),
  }
}

/** Writes nothing: what other objects say anyway. */
export const NOTHING: KindWriter = { create: () => [], drop: () => [], alter: () => [] }

/** Leaves all of a kind to a person. */
export function leftTo(why: string): KindWriter {
  const left = ({ key }: SchemaObject): Written => [{ key, why }]
  return { create: left, drop: left, alter: (_, after) => left(after) }
}

/** The fields that the two do not say the same of. */
export function changedFields(before: SchemaObject, after: SchemaObject): readonly string[] {
  const [one, other] = [before.definition, after.definition]
  return [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (field) => !isDeepStrictEqual(one[field], other[field]),
  )
}

/** `NAME = value` of the fields that there are, for the list in brackets of a CREATE. */
export function parameters(
  { definition }: SchemaObject,
  names: Readonly<Record<string, string>>,
  print: (value: string) => string = (value) => value,
): readonly string[] {
  return Object.entries(names).flatMap(([field, name]) => {
    const value = definition[field]
    if (value === undefined) return []
    return [value === true ? name : `${name} = ${print(String(value))}`]
  })
}

/** Words that there are, in one line. */
export function words(...all: readonly (string | false | undefined)[]): string {
  return all.filter((one) => one !== undefined && one !== false && one !== '').join(' ')
}

function dropped({ kind, name }: SchemaObject): string {
  return `DROP ${kind.toUpperCase()} ${name}`
}

function written(key: string, sql: Sql): Written {
  if (typeof sql === 'string') return [{ key, sql }]
  return 'why' in sql ? [{ key, why: sql.why }] : sql.map((one) => ({ key, sql: one }))
}
