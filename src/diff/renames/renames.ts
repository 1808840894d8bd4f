import { withoutLastPart } from '../../catalog/object-key.ts'
import { kindOf, listOf, nameOf, ownName, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Statement, Unwritten } from '../statement.ts'
import { renamedParts } from './renamed-parts.ts'
import { replaceColumn, replaceName, rewritten } from './rewrite.ts'

/** A schema under its new names, and the statements that lead to it. */
export interface Renamed {
  readonly schema: Schema
  readonly statements: readonly Statement[]
  readonly unwritten: readonly Unwritten[]
}

/**
 * The schema as it is once the renames that the author answered are done: tables first, then columns, then the
 * keys, indexes and sequences that are called after them. What queries print differs after a rename by what they were
 * written like, so that views and the like are made again.
 */
export function renamed(from: Schema, to: Schema, renames: ReadonlyMap<string, string>): Renamed {
  const answers = [...renames].toSorted(([one], [other]) => rank(one) - rank(other))
  let done: Renamed = { schema: from, statements: [], unwritten: [] }
  const tables: [string, string][] = []
  for (const [old, now] of answers) {
    // An answer about a column may name its table as it was.
    const key =
      kindOf(old) === 'column'
        ? tables.reduce((text, names) => replaceName(text, ...names), old)
        : old
    const [one, other] = [nameOf(key), nameOf(now)]
    if (!done.schema.objects.has(key) || kindOf(key) !== kindOf(now)) continue
    if (done.schema.objects.has(now)) {
      const why = `${one} cannot be renamed to it: the name is taken`
      done = { ...done, unwritten: [...done.unwritten, { key: now, why }] }
      continue
    }
    const isColumn = kindOf(key) === 'column'
    if (!isColumn) tables.push([one, other])
    const next = isColumn
      ? renamedColumn(done.schema, one, other)
      : renamedTable(done.schema, one, other)
    done = { ...done, schema: next.schema, statements: [...done.statements, ...next.statements] }
  }
  if (done.statements.length === 0) return done
  const parts = renamedParts(done.schema, to, new Set(renames.values()))
  return { ...done, schema: parts.schema, statements: [...done.statements, ...parts.statements] }
}

function rank(key: string): number {
  return kindOf(key) === 'column' ? 1 : 0
}

function renamedTable(schema: Schema, from: string, to: string) {
  const [oldSchema, newSchema] = [withoutLastPart(from), withoutLastPart(to)]
  const [old, now] = [ownName({ name: from }), ownName({ name: to })]
  const word = schema.objects.has(`foreign table ${from}`) ? 'FOREIGN TABLE' : 'TABLE'
  const key = `${word.toLowerCase()} ${to}`
  const moved = oldSchema === newSchema ? [] : [`ALTER ${word} ${from} SET SCHEMA ${newSchema}`]
  const called = old === now ? [] : [`ALTER ${word} ${newSchema}.${old} RENAME TO ${now}`]
  const carried = oldSchema === newSchema ? [] : carriedAlong(schema, from)
  const place = (text: string) =>
    carried.reduce(
      (all, one) => replaceName(all, one, `${newSchema}.${ownName({ name: one })}`),
      text,
    )
  const marked = queriesMarked(schema, (need) => nameOf(need) === from || tableOf(need) === from)
  return {
    statements: [...moved, ...called].map((sql) => ({ key, sql })),
    schema: rewritten(marked, (text, _key, field) =>
      isOfAuthor(field) ? text : place(replaceName(text, from, to)),
    ),
  }
}

/** Indexes and sequences that move to another schema with their table. */
function carriedAlong({ objects }: Schema, table: string): readonly string[] {
  return [...objects]
    .filter(
      ([, { table: of, ownedBy }]) =>
        of === table || (typeof ownedBy === 'string' && withoutLastPart(ownedBy) === table),
    )
    .map(([key]) => nameOf(key))
}

function renamedColumn(schema: Schema, from: string, to: string) {
  const table = withoutLastPart(from)
  const [old, now] = [ownName({ name: from }), ownName({ name: to })]
  const tables = withHeirs(schema, table)
  const keys = new Set(tables.map((one) => `column ${one}.${old}`))
  const marked = queriesMarked(schema, (need) => keys.has(need))
  const replaced = (text: string) =>
    tables.reduce((all, one) => replaceName(all, `${one}.${old}`, `${one}.${now}`), text)
  return {
    statements: [
      { key: `column ${to}`, sql: `ALTER TABLE ${table} RENAME COLUMN ${old} TO ${now}` },
    ],
    schema: rewritten(marked, (text, key, field) => {
      if (isOfAuthor(field)) return text
      if (field === undefined || !EXPRESSIONS.has(field)) return replaced(text)
      const needs = [...(schema.needs.get(key) ?? [])]
      const isOf =
        tables.some((one) => key === `table ${one}`) || needs.some((need) => keys.has(need))
      return isOf ? inExpression(replaced(text), { key, tables, old, now }) : replaced(text)
    }),
  }
}

interface ColumnRename {
  readonly key: string
  readonly tables: readonly string[]
  readonly old: string
  readonly now: string
}

/** Of a foreign key the side that is the renamed column's. */
function inExpression(text: string, { key, tables, old, now }: ColumnRename): string {
  const [, own, other] = /^(FOREIGN KEY .*?)( REFERENCES .*)$/.exec(text) ?? []
  if (own === undefined || other === undefined) return replaceColumn(text, old, now)
  const isOwn = tables.includes(withoutLastPart(nameOf(key)))
  const isOther = tables.some((one) => other.startsWith(` REFERENCES ${one}(`))
  return (
    (isOwn ? replaceColumn(own, old, now) : own) +
    (isOther ? replaceColumn(other, old, now) : other)
  )
}

/** Fields whose texts name columns of the one table without it. */
const EXPRESSIONS = new Set(['definition', 'generated', 'using', 'check', 'partitionKey'])

/** A routine's text is its author's: it stays as it is. */
function isOfAuthor(field: string | undefined): boolean {
  return field === 'body'
}

/** The table, and all that inherit its columns. */
function withHeirs(schema: Schema, table: string): readonly string[] {
  const heirs = [...schema.objects].filter(
    ([, { partitionOf, ...rest }]) =>
      partitionOf === table || listOf(rest, 'inherits').includes(table),
  )
  return [table, ...heirs.flatMap(([key]) => withHeirs(schema, nameOf(key)))]
}

/** What is printed as a query is taken for different where it needs what is renamed. */
function queriesMarked(schema: Schema, isRenamed: (need: string) => boolean): Schema {
  const marked = [...schema.objects].map(([key, definition]) => {
    const isQuery =
      ['view', 'materialized view', 'rule'].includes(kindOf(key)) ||
      ['using', 'check', 'sqlBody'].some((field) =>
        /\bSELECT\b|BEGIN ATOMIC|RETURN /.test(textOf(definition, field) ?? ''),
      )
    const needs = isQuery ? [...(schema.needs.get(key) ?? [])] : []
    return [key, needs.some(isRenamed) ? { ...definition, renamed: true } : definition] as const
  })
  return { objects: new Map(marked), needs: schema.needs }
}

function tableOf(key: string): string | undefined {
  return kindOf(key) === 'column' ? withoutLastPart(nameOf(key)) : undefined
}
