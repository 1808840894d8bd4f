import {
  type CatalogObjects,
  type Definition,
  parseKey,
  unquoteName,
} from '../../catalog/object-key.ts'

/** Who asked for the extensions of a build. */
export interface ExtensionOrigins {
  /** In PGATE_EXTENSIONS when the manifest was made; true: as optional. */
  readonly declared: ReadonlyMap<string, boolean>
  /** Created by a revision's own words. */
  readonly created: ReadonlySet<string>
}

const CREATE = /\bcreate\s+extension\s+(?:if\s+not\s+exists\s+)?("(?:[^"]|"")+"|[\w$]+)/gi

/** The extensions that SQL says it creates. */
export function createdExtensions(texts: readonly string[]): ReadonlySet<string> {
  const names = texts.flatMap((text) => [...text.matchAll(CREATE)].map(([, name = '']) => name))
  return new Set(
    names.map((name) => (name.startsWith('"') ? unquoteName(name) : name.toLowerCase())),
  )
}

/**
 * The extensions that a manifest keeps. What is there because the shell named it, and no revision
 * creates it, is marked `declared`; an optional one is kept only where an object of the revisions
 * needs it, for its schema. Versions differ between servers and are left to the floors. Pure.
 */
export function promisedExtensions(
  objects: CatalogObjects,
  { declared, created }: ExtensionOrigins = { declared: new Map(), created: new Set() },
): CatalogObjects {
  const kept = [...objects].flatMap(([key, definition]): [string, Definition][] => {
    const parsed = parseKey(key)
    if (parsed?.kind !== 'extension') return [[key, definition]]
    const { version: _, needed, ...plain } = definition
    const name = unquoteName(parsed.name)
    const optional = declared.get(name)
    if (optional === undefined || created.has(name)) return [[key, Object.freeze(plain)]]
    if (optional && needed !== true) return []
    return [[key, Object.freeze({ ...plain, declared: true })]]
  })
  return new Map(kept)
}

/**
 * What is expected without the extensions that are promised by the shell alone and are not there: an
 * object that needs one is missing itself. With a sentence for each. Pure.
 */
export function withoutUnneeded(
  expected: CatalogObjects,
  live: CatalogObjects,
): { readonly expected: CatalogObjects; readonly notices: readonly string[] } {
  const gone = [...expected].filter(
    ([key, { declared }]) =>
      declared === true && parseKey(key)?.kind === 'extension' && !live.has(key),
  )
  if (gone.length === 0) return { expected, notices: [] }
  const without = new Map(expected)
  for (const [key] of gone) without.delete(key)
  const notices = gone.map(
    ([key]) =>
      `${key} is not installed; PGATE_EXTENSIONS named it when the manifest was made, and no revision creates it`,
  )
  return { expected: without, notices }
}

/** An extension that the live database has in another schema than the manifest's. */
export interface MovedExtension {
  readonly key: string
  readonly expected: string
  readonly found: string
}

/**
 * The extensions that are there, but elsewhere: a hosted database often brings them in a schema of
 * their own, and pgate leaves one where it is.
 */
export function movedExtensions(
  expected: CatalogObjects,
  live: CatalogObjects,
): readonly MovedExtension[] {
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
