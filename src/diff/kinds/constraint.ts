import type { KindWriter, SchemaObject } from '../kind-writer.ts'
import { holderName, ownName, relationOf, textOf } from '../objects.ts'
import type { Written } from '../statement.ts'

/** Constraints of tables and domains. */
export const constraintWriter: KindWriter = {
  create: (constraint) => [
    {
      key: constraint.key,
      sql: `${alterHolder(constraint)} ADD ${constraintClause(constraint)}${
        constraint.definition.validated === false ? ' NOT VALID' : ''
      }`,
    },
    ...withoutTriggers(constraint),
  ],

  drop: (constraint) => [
    {
      key: constraint.key,
      sql: `${alterHolder(constraint)} DROP CONSTRAINT ${ownName(constraint)}`,
    },
  ],

  alter(before, after) {
    if (before.definition.definition !== after.definition.definition) return 'rebuild'
    // Made again, it is on, and holds for the rows that came in between.
    if (before.definition.triggers !== after.definition.triggers)
      return after.definition.triggers === undefined ? 'rebuild' : withoutTriggers(after)
    if (before.definition.validated !== false) return 'rebuild'
    const sql = `${alterHolder(after)} VALIDATE CONSTRAINT ${ownName(after)}`
    return [{ key: after.key, sql }]
  },
}

/** `CONSTRAINT users_pkey PRIMARY KEY (id)`. */
export function constraintClause(constraint: SchemaObject): string {
  return `CONSTRAINT ${ownName(constraint)} ${textOf(constraint.definition, 'definition')}`
}

function alterHolder(constraint: SchemaObject): string {
  const holder = holderName(constraint) ?? ''
  const isOfTable = relationOf(constraint.schema, holder) !== undefined
  return `ALTER ${isOfTable ? 'TABLE' : 'DOMAIN'} ${holder}`
}

function withoutTriggers({ key, definition }: SchemaObject): Written {
  const why =
    'its triggers are switched off by ALTER TABLE … DISABLE TRIGGER ALL, which is for a superuser to do'
  return definition.triggers === undefined ? [] : [{ key, why }]
}
