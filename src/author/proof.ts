import { holderOf } from '../catalog/object-key.ts'
import { difference } from '../diff/difference.ts'
import type { Schema } from '../diff/schema.ts'
import { inSpellingOf } from '../diff/spelling.ts'

/**
 * What still leads from one schema to another that should be the same, as lines; none where they are equal apart
 * from the objects that are excepted and what is part of those. Pure.
 */
export function whatDiffers(
  found: Schema,
  expected: Schema,
  excepted: ReadonlySet<string>,
): readonly string[] {
  const wanted = inSpellingOf(found, expected)
  const isExcepted = (key: string) => {
    const definition = found.objects.get(key) ?? wanted.objects.get(key) ?? {}
    const holder = holderOf(key, definition)
    return excepted.has(key) || (holder !== undefined && excepted.has(`table ${holder}`))
  }
  const differing = new Set(differingKeys(found, wanted).filter((key) => !isExcepted(key)))
  const { statements, unwritten } = difference(found, wanted, { renames: new Map() })
  const written = statements.filter(({ key }) => differing.has(key))
  const left = unwritten.filter(({ key }) => differing.has(key))
  const named = new Set([...written, ...left].map(({ key }) => key))
  return [
    ...written.map(({ sql }) => `${sql};`),
    ...left.map(({ key, why }) => `${key}: ${why}`),
    ...[...differing].filter((key) => !named.has(key)).map((key) => `${key} differs`),
  ]
}

/** The place of a column is no matter of a change. */
function differingKeys(one: Schema, other: Schema): readonly string[] {
  const keys = new Set([...one.objects.keys(), ...other.objects.keys()])
  return [...keys].filter((key) => textOf(one, key) !== textOf(other, key))
}

function textOf({ objects }: Schema, key: string): string | undefined {
  const definition = objects.get(key)
  if (definition === undefined) return undefined
  const fields = Object.entries(definition).filter(([field]) => field !== 'position')
  return JSON.stringify(fields.toSorted(([a], [b]) => (a < b ? -1 : 1)))
}
