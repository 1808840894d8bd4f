import { isDeepStrictEqual } from 'node:util'
import { withoutLastPart } from '../../catalog/object-key.ts'
import type { SchemaObject } from '../kind-writer.ts'
import { holderName, kindOf, nameOf, objectOf, ownName, textOf } from '../objects.ts'
import type { Schema } from '../schema.ts'
import type { Statement } from '../statement.ts'
import { replaceName, rewritten } from './rewrite.ts'

/**
 * Keys, indexes and sequences that are called after what has been renamed get their new names, too, where they are the
 * same but for the name: nothing is built again, and no sequence begins again.
 * @param renamedKeys the new keys of tables and columns
 */
export function renamedParts(from: Schema, to: Schema, renamedKeys: ReadonlySet<string>) {
  const statements: Statement[] = []
  let schema = from
  const gone = partsMissingIn(from, to, renamedKeys)
  const added = partsMissingIn(to, from, renamedKeys)
  for (const old of gone) {
    const matches = added.filter((one) => isSameBut(old, one))
    const [now] = matches
    if (
      now === undefined ||
      matches.length > 1 ||
      gone.filter((one) => isSameBut(one, now)).length > 1
    )
      continue
    statements.push(renameStatement(old, now))
    const isPart = old.kind === 'constraint'
    schema = rewritten(schema, (text, key, field) => {
      if (text === old.key && field === undefined) return now.key
      if (isPart) return text
      if (key === old.key && field === 'definition') return textOf(now.definition, field) ?? text
      return replaceName(text, old.name, now.name).replaceAll(`'${old.name}'`, `'${now.name}'`)
    })
  }
  return { schema, statements }
}

/** Parts of the renamed tables, and of those with a renamed column, that the other side lacks. */
function partsMissingIn(
  schema: Schema,
  other: Schema,
  renamedKeys: ReadonlySet<string>,
): readonly SchemaObject[] {
  const tables = new Set(
    [...renamedKeys].map((key) =>
      kindOf(key) === 'column' ? withoutLastPart(nameOf(key)) : nameOf(key),
    ),
  )
  return [...schema.objects.keys()].flatMap((key) => {
    const object = other.objects.has(key) ? undefined : objectOf(schema, key)
    if (object === undefined || !['constraint', 'index', 'sequence'].includes(object.kind))
      return []
    return tables.has(tableOf(object) ?? '') ? [object] : []
  })
}

function tableOf(object: SchemaObject): string | undefined {
  const owner = textOf(object.definition, 'ownedBy')
  return owner === undefined ? holderName(object) : withoutLastPart(owner)
}

/** An index's definition begins with its name. */
function isSameBut(one: SchemaObject, other: SchemaObject): boolean {
  if (one.kind !== other.kind || tableOf(one) !== tableOf(other)) return false
  return isDeepStrictEqual(withoutName(one), withoutName(other))
}

function withoutName({ kind, name, definition }: SchemaObject) {
  if (kind !== 'index') return definition
  const text = textOf(definition, 'definition') ?? ''
  return { ...definition, definition: text.replace(` ${ownName({ name })} ON `, ' ON ') }
}

function renameStatement(old: SchemaObject, now: SchemaObject): Statement {
  const [from, to] = [ownName(old), ownName(now)]
  const sql =
    old.kind === 'constraint'
      ? `ALTER TABLE ${tableOf(old)} RENAME CONSTRAINT ${from} TO ${to}`
      : `ALTER ${old.kind.toUpperCase()} ${old.name} RENAME TO ${to}`
  return { key: now.key, sql }
}
