import { type CatalogObjects, holderOf, parseKey } from '../../catalog/object-key.ts'

/** A table whose columns are in another order than is promised. */
export interface Reordered {
  readonly key: string
  readonly expected: readonly string[]
  readonly found: readonly string[]
}

/**
 * Tables and views of which two promised columns have changed places: SELECT * and INSERT without a
 * list of columns then mean others. Columns that were dropped or added in between change nothing,
 * and a partition's own order is nobody's concern. Pure.
 */
export function reorderedColumns(
  expected: CatalogObjects,
  live: CatalogObjects,
): readonly Reordered[] {
  const columns = new Map<
    string,
    { readonly name: string; readonly expected: number; readonly found: number }[]
  >()
  for (const [key, definition] of expected) {
    const found = live.get(key)?.position
    if (parseKey(key)?.kind !== 'column' || typeof found !== 'string') continue
    const holder = holderOf(key, definition) ?? ''
    const own = columns.get(holder) ?? []
    own.push({
      name: key.slice(`column ${holder}.`.length),
      expected: Number(definition.position),
      found: Number(found),
    })
    columns.set(holder, own)
  }
  return [...columns].flatMap(([holder, own]) => {
    const key = HOLDERS.map((kind) => `${kind} ${holder}`).find((one) => expected.has(one))
    if (key === undefined || expected.get(key)?.partitionOf !== undefined) return []
    const names = (position: 'expected' | 'found') =>
      own.toSorted((one, other) => one[position] - other[position]).map(({ name }) => name)
    const [promised, there] = [names('expected'), names('found')]
    return promised.join() === there.join() ? [] : [{ key, expected: promised, found: there }]
  })
}

const HOLDERS = ['table', 'foreign table', 'view', 'materialized view'] as const
