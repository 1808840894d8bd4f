import { holderOf } from '../catalog/object-key.ts'
import type { Schema } from '../diff/schema.ts'
import type { Statement } from '../diff/statement.ts'

/** What of a difference is left to the author. */
export interface LeftOut {
  readonly statements: ReadonlySet<Statement>
  /** The objects that are as they were until the author decides. */
  readonly keys: ReadonlySet<string>
}

/**
 * What destroys data, with all else that is done to the same object or to a part of it; the dropping of what that
 * object needs, as long as it is there; and of what needs it, since that would go with it. Pure.
 */
export function leftToAuthor(statements: readonly Statement[], from: Schema, to: Schema): LeftOut {
  const destroyed = new Set(statements.flatMap(({ key, destroys }) => (destroys ? [key] : [])))
  const dependents = closure(destroyed, dependentsIn(from))
  const needed = closure([...destroyed, ...dependents], (key) => from.needs.get(key) ?? [])
  const gone = [...dependents, ...needed].filter((key) => !to.objects.has(key))
  const keys = new Set([...destroyed, ...gone])
  const isLeft = ({ key }: Statement) => keys.has(key) || isPartOf(key, from, destroyed)
  return { statements: new Set(statements.filter(isLeft)), keys }
}

const TABLES = ['table', 'foreign table', 'materialized view']

/** Of a table that would be dropped. */
function isPartOf(key: string, { objects }: Schema, keys: ReadonlySet<string>): boolean {
  const holder = holderOf(key, objects.get(key) ?? {})
  return holder !== undefined && TABLES.some((kind) => keys.has(`${kind} ${holder}`))
}

function dependentsIn({ objects, needs }: Schema): (key: string) => readonly string[] {
  const dependents = new Map<string, string[]>()
  const add = (needed: string, by: string) => {
    dependents.set(needed, [...(dependents.get(needed) ?? []), by])
  }
  for (const [key, definition] of objects) {
    const holder = holderOf(key, definition)
    if (holder !== undefined) for (const kind of TABLES) add(`${kind} ${holder}`, key)
    for (const one of needs.get(key) ?? []) add(one, key)
  }
  return (key) => dependents.get(key) ?? []
}

function closure(
  keys: Iterable<string>,
  next: (key: string) => Iterable<string>,
): ReadonlySet<string> {
  const found = new Set<string>()
  const open = [...keys]
  for (let key = open.pop(); key !== undefined; key = open.pop()) {
    for (const one of next(key)) {
      if (found.has(one)) continue
      found.add(one)
      open.push(one)
    }
  }
  return found
}
