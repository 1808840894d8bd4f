import { fitsPattern } from '../../base/object-pattern.ts'
import {
  type CatalogObjects,
  type Definition,
  HOLDER_KINDS,
  holderOf,
  parseKey,
  withoutLastPart,
} from '../../catalog/object-key.ts'

/** Both sides of a comparison without what nobody promises, and what is said of it. */
export interface Promised {
  readonly expected: CatalogObjects
  readonly live: CatalogObjects
  /** One sentence for each pattern: what it leaves out, or that it fits nothing. */
  readonly notices: readonly string[]
}

/** So many names are listed for a pattern; the rest is counted. */
const MAX_LISTED = 10

/**
 * Leaves out of both sides each object whose key fits a pattern, and with a table, view or domain all
 * that is part of it. Pure.
 */
export function withoutUnpromised(
  expected: CatalogObjects,
  live: CatalogObjects,
  patterns: readonly string[],
): Promised {
  if (patterns.length === 0) return { expected, live, notices: [] }
  const all = new Map([...expected, ...live])
  const fits = (key: string) => patterns.some((pattern) => fitsPattern(pattern, key))
  const stays = ([key, definition]: readonly [string, Definition]) =>
    !fits(key) && !holdersOf(key, definition).some((holder) => all.has(holder) && fits(holder))
  return {
    expected: new Map([...expected].filter(stays)),
    live: new Map([...live].filter(stays)),
    notices: patterns.map((pattern) => {
      const keys = [...all.keys()].filter((key) => fitsPattern(pattern, key))
      return describe(pattern, keys)
    }),
  }
}

function describe(pattern: string, keys: readonly string[]): string {
  if (keys.length === 0) return `not promised, ${pattern}: matches nothing`
  const more = keys.length > MAX_LISTED ? ` and ${keys.length - MAX_LISTED} more` : ''
  return `not promised, ${pattern}: ${keys.slice(0, MAX_LISTED).join(', ')}${more}`
}

/** The keys that the object may hang on: whose column, index, partition, sequence or owner it is. */
function holdersOf(key: string, definition: Definition): readonly string[] {
  const { of, on, ownedBy } = definition
  const names = [
    holderOf(key, definition),
    of,
    typeof ownedBy === 'string' ? withoutLastPart(ownedBy) : undefined,
    parseKey(key)?.kind === 'partitions' ? parseKey(key)?.name : undefined,
  ]
  const holders = names.flatMap((name) =>
    typeof name === 'string' ? HOLDER_KINDS.map((kind) => `${kind} ${name}`) : [],
  )
  return [...holders, ...(typeof on === 'string' ? [on] : []), key.replace(/^owner of /, '')]
}
