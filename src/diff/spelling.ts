import type { Definition, DefinitionValue } from '../catalog/object-key.ts'
import type { Schema } from './schema.ts'

/**
 * `to` with the texts of `from` where these are only another spelling: what a statement makes of a printed
 * expression may be printed otherwise, and would be made again for ever.
 */
export function inSpellingOf(from: Schema, to: Schema): Schema {
  if (from.respelled === undefined && to.respelled === undefined) return to
  const objects = new Map(to.objects)
  for (const [key, definition] of to.objects) {
    const before = from.objects.get(key)
    if (before !== undefined) objects.set(key, spelt({ from, to, key }, before, definition))
  }
  return { ...to, objects }
}

interface Place {
  readonly from: Schema
  readonly to: Schema
  readonly key: string
}

function spelt({ from, to, key }: Place, before: Definition, after: Definition): Definition {
  const [old, wanted] = [from.respelled?.get(key), to.respelled?.get(key)]
  if (old === undefined && wanted === undefined) return after
  const isSpelling = (text: DefinitionValue | undefined, all: readonly string[] = []) =>
    typeof text === 'string' && all.includes(text)
  const fields = Object.entries(after).map(([field, text]): [string, DefinitionValue] => {
    const own = before[field]
    const isSame = isSpelling(own, wanted?.[field]) || isSpelling(text, old?.[field])
    return [field, isSame && own !== undefined ? own : text]
  })
  return Object.fromEntries(fields)
}
