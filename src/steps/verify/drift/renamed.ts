import { isDeepStrictEqual } from 'node:util'
import {
  type Definition,
  holderOf,
  parseKey,
  withoutLastPart,
} from '../../../catalog/object-key.ts'
import type { DriftReport } from './drift.ts'

/** What loses its values, or is then there twice, where it is made again: how ALTER calls it. */
const WORDS: Readonly<Record<string, string>> = {
  table: 'TABLE',
  column: 'COLUMN',
  sequence: 'SEQUENCE',
  enum: 'TYPE',
  domain: 'DOMAIN',
  'composite type': 'TYPE',
  'range type': 'TYPE',
  trigger: 'TRIGGER',
}

/**
 * Why a missing object is not simply made: one that no revision makes is just like it, so that somebody may have
 * given it another name or schema. Undefined where none is, or several are. Pure.
 */
export function renamedTo(key: string, { missing, extra }: DriftReport): string | undefined {
  const expected = missing.find((one) => one.key === key)?.expected
  const kind = parseKey(key)?.kind ?? ''
  if (expected === undefined || WORDS[kind] === undefined) return undefined
  const wanted = shapeOf(
    { key, definition: expected },
    missing.map(({ key: other, expected: definition }) => ({ key: other, definition })),
  )
  const found = extra.map(({ key: other, found: definition }) => ({ key: other, definition }))
  const alike = found.filter(
    (one) => parseKey(one.key)?.kind === kind && isDeepStrictEqual(shapeOf(one, found), wanted),
  )
  const [other] = alike
  if (other === undefined || alike.length > 1) return undefined
  return `${other.key} is just like it; if it was that one, ${renameSql(other.key, key)}`
}

interface Keyed {
  readonly key: string
  readonly definition: Definition
}

/** What an object is apart from its name: a table with its columns, a part with what it is part of. */
function shapeOf({ key, definition }: Keyed, all: readonly Keyed[]): unknown {
  const { kind, name = '' } = parseKey(key) ?? {}
  const own = name.slice(withoutLastPart(name).length + 1)
  const { position: _, definition: text, ownedBy: __, ...plain } = definition
  const columns = all
    .filter((one) => kind === 'table' && one.key.startsWith(`column ${name}.`))
    .map((one) => [one.key.slice(`column ${name}.`.length), one.definition.type])
  const holder = kind === 'column' || kind === 'trigger' ? holderOf(key, definition) : undefined
  const body = typeof text === 'string' ? text.replace(` TRIGGER ${own} `, ' TRIGGER ') : text
  return { plain, body, holder, columns }
}

function renameSql(from: string, to: string): string {
  const { kind = 'table', name: old = '' } = parseKey(from) ?? {}
  const { name = '' } = parseKey(to) ?? {}
  const [oldHolder, holder] = [withoutLastPart(old), withoutLastPart(name)]
  const [oldOwn, own] = [old.slice(oldHolder.length + 1), name.slice(holder.length + 1)]
  if (kind === 'column') return `ALTER TABLE ${holder} RENAME COLUMN ${oldOwn} TO ${own}`
  if (kind === 'trigger') return `ALTER TRIGGER ${oldOwn} ON ${holder} RENAME TO ${own}`
  const change = oldHolder === holder ? `RENAME TO ${own}` : `SET SCHEMA ${holder}`
  return `ALTER ${WORDS[kind]} ${old} ${change}`
}
