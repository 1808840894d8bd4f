import type { Constraint } from 'libpg-query'
import { namesIn, type RelationName, shown, shownTable } from './tree.ts'

/** First without a look at the rows, then the look, which locks nobody out. */
export function later(table: RelationName, name: string, definition: string): string {
  const own = `ALTER TABLE ${shownTable(table)}`
  return `${own} ADD CONSTRAINT ${shown(name)} ${definition} NOT VALID;\n-- in the next revision, so that it is another transaction:\n${own} VALIDATE CONSTRAINT ${shown(name)};`
}

/** The index is built alongside writers, and the constraint then takes it over. */
export function uniqueIndex(table: RelationName, constraint: Constraint): string {
  const { contype, keys = [] } = constraint
  const columns = namesIn([...keys])
  const isPrimary = contype === 'CONSTR_PRIMARY'
  const usual = isPrimary ? `${table.name}_pkey` : `${table.name}_${columns.join('_')}_key`
  const name = shown(constraint.conname ?? usual)
  const kind = isPrimary ? 'PRIMARY KEY' : 'UNIQUE'
  return `CREATE UNIQUE INDEX CONCURRENTLY ${name} ON ${shownTable(table)} (${columns.map((one) => shown(one)).join(', ')});\nALTER TABLE ${shownTable(table)} ADD CONSTRAINT ${name} ${kind} USING INDEX ${name};`
}
