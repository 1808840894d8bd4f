import type { ColumnDef, Node } from 'libpg-query'
import type { EffectContext } from './deploy.ts'
import type { Effect } from './effect.ts'
import {
  keyOf,
  namesIn,
  type RelationName,
  shown,
  shownTable,
  type TypeWords,
  typeWords,
} from './tree.ts'

/** ALTER COLUMN … TYPE: writes every row, unless the old values are the new ones as they are. */
export function typeChange(
  table: RelationName,
  { name, column }: { readonly name: string; readonly column: ColumnDef },
  context: EffectContext,
): Effect {
  const to = typeWords(column.typeName)
  const { facts } = context
  const before = facts?.tables.get(keyOf(table))?.columns[name]
  const from = before && { name: before.type, mods: modsIn(before.full), isArray: false }
  const isPlain = isPlainUsing(column.raw_default, name)
  const domain = facts?.domains.get(to.name)
  const isFree =
    from !== undefined &&
    isPlain &&
    (keepsValues(from, to) ||
      (domain !== undefined && !domain.isChecked && domain.base === from.name))
  const words = to.mods.length === 0 ? to.name : `${to.name}(${to.mods.join(', ')})`
  const what = `ALTER COLUMN ${shown(name)} TYPE ${words}`
  const [own, fresh] = [shownTable(table), shown(`${name}_new`)]
  const safe = `ALTER TABLE ${own} ADD COLUMN ${fresh} ${words};\n-- a trigger fills it for new rows; those of before, some thousands at a time:\nUPDATE ${own} SET ${fresh} = ${shown(name)} WHERE …;\n-- then, in one transaction:\nALTER TABLE ${own} RENAME COLUMN ${shown(name)} TO ${shown(`${name}_old`)};\nALTER TABLE ${own} RENAME COLUMN ${fresh} TO ${shown(name)};`
  const silent = isFree ? `${before?.full} is stored as ${words} is` : undefined
  return { table, lock: 'access exclusive', work: 'rewrites', what, safe, silent }
}

/** `character varying(50)`: 50. */
function modsIn(full: string): readonly number[] {
  const [, inside = ''] = /\(([\d,]+)\)/.exec(full) ?? []
  return inside === '' ? [] : inside.split(',').map(Number)
}

/** No USING, or one that says no more than the type does. */
function isPlainUsing(using: Node | undefined, column: string): boolean {
  if (using === undefined) return true
  if ('TypeCast' in using) return isPlainUsing(using.TypeCast.arg, column)
  return 'ColumnRef' in using && namesIn(using.ColumnRef.fields).at(-1) === column
}

const TIMES = ['timestamp', 'timestamptz', 'time', 'timetz', 'interval']

function keepsValues(from: TypeWords, to: TypeWords): boolean {
  if (to.isArray) return false
  const [old, wanted] = [from.mods[0], to.mods[0]]
  const isText = ['varchar', 'text'].includes(from.name) && ['varchar', 'text'].includes(to.name)
  // What is not limited takes all.
  if (isText) return wanted === undefined || (old !== undefined && old <= wanted)
  if (from.name === 'cidr' && to.name === 'inet') return true
  if (from.name === 'numeric' && to.name === 'numeric') {
    if (wanted === undefined) return true
    return old !== undefined && old <= wanted && (from.mods[1] ?? 0) === (to.mods[1] ?? 0)
  }
  // Revisions run in UTC, where both are stored alike.
  const isZone = [from.name, to.name].toSorted().join() === 'timestamp,timestamptz'
  if (from.name !== to.name && !isZone) return false
  if (TIMES.includes(to.name)) return wanted === undefined || (old !== undefined && old <= wanted)
  return String(from.mods) === String(to.mods)
}
