import type { Definition } from './catalog/definition.ts'
import { parseKey } from './catalog/object-key.ts'

/** An extension that the live database has in another schema than the manifest's. */
export interface MovedExtension {
  readonly key: string
  readonly expected: string
  readonly found: string
}

type Objects = ReadonlyMap<string, Definition>

/**
 * The extensions that are there, but elsewhere: a hosted database often brings them in a schema of
 * their own, and pgate leaves one where it is.
 */
export function movedExtensions(expected: Objects, live: Objects): readonly MovedExtension[] {
  return [...expected].flatMap(([key, { schema }]) => {
    const found = live.get(key)?.schema
    if (parseKey(key)?.kind !== 'extension' || schema === found) return []
    if (typeof schema !== 'string' || typeof found !== 'string') return []
    return [{ key, expected: schema, found }]
  })
}

/**
 * Takes the schemas of moved extensions off the names in a text, so that `extensions.vector(3)` and
 * `public.vector(3)` read the same. Only for texts that differ: it also takes `public.` off other
 * names.
 */
export function withoutMovedSchemas(moved: readonly MovedExtension[]): (text: string) => string {
  const schemas = new Set(moved.flatMap(({ expected, found }) => [expected, found]))
  if (schemas.size === 0) return (text) => text
  const names = [...schemas].map(quoted).map(escapeRegExp)
  const qualifier = new RegExp(`(?<![\\w$".])(?:${names.join('|')})\\.`, 'g')
  return (text) => text.replace(qualifier, '')
}

/** As the server quotes a name; a key word is no schema that an extension would be in. */
function quoted(name: string): string {
  return /^[a-z_][a-z0-9_]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`
}

function escapeRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')
}
