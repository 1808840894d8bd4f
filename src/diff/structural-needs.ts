import {
  type CatalogObjects,
  type Definition,
  HOLDER_KINDS,
  holderOf,
  parseKey,
  withoutLastPart,
} from '../catalog/object-key.ts'

/** Names an object of the kind, in definitions: a server's wrapper, a foreign table's server. */
const NAMING_FIELDS: Readonly<Record<string, string>> = {
  wrapper: 'foreign data wrapper',
  server: 'server',
  language: 'language',
  accessMethod: 'access method',
  partitionOf: 'table',
}

/**
 * What an object needs as its key and the fields of its definition say: what it is part of, its schema, what an
 * owner, a grant or an option is of. Keys that are no objects are among them. Pure.
 */
export function structuralNeeds(
  key: string,
  definition: Definition,
  objects: CatalogObjects,
): readonly string[] {
  const { kind, name = '' } = parseKey(key) ?? {}
  const holder = holderOf(key, definition)
  const named = Object.entries(NAMING_FIELDS).flatMap(([field, word]) =>
    definition[field] === undefined ? [] : [`${word} ${String(definition[field])}`],
  )
  const parents = Array.isArray(definition.inherits) ? definition.inherits : []
  return [
    ...holders(holder),
    ...(kind === 'partition' || kind === 'partitions' ? holders(name) : []),
    ...(kind === 'owner of' ? [name] : []),
    ...(typeof definition.on === 'string' ? ofAccess(definition.on, objects) : []),
    ...(kind?.startsWith('published') ? ofPublished(key) : []),
    ...(holder === undefined && IN_SCHEMA.test(name)
      ? [`schema ${withoutLastPart(bare(name))}`]
      : []),
    ...(kind === 'extension'
      ? [`schema ${definition.schema}`, `schema "${definition.schema}"`]
      : []),
    ...named,
    ...parents.flatMap(holders),
  ]
}

const IN_SCHEMA = /^(?:"(?:[^"]|"")*"|[^".\s]+)\./

/** Without a routine's types and what an operator class is used with. */
function bare(name: string): string {
  return name.replace(/(?:\(| using ).*$/, '')
}

function holders(name: string | undefined): readonly string[] {
  return name === undefined ? [] : HOLDER_KINDS.map((kind) => `${kind} ${name}`)
}

/** Owners come first: a change of owner changes the grants. */
function ofAccess(on: string, objects: CatalogObjects): readonly string[] {
  const schema = / in schema (.+) of /.exec(on)?.[1]
  return [on, ...(objects.has(`owner of ${on}`) ? [`owner of ${on}`] : []), `schema ${schema}`]
}

function ofPublished(key: string): readonly string[] {
  const { kind, name = '' } = parseKey(key) ?? {}
  const at = name.lastIndexOf(' of ')
  const word = kind === 'published table' ? 'table' : 'schema'
  return [`${word} ${name.slice(0, at)}`, `publication ${name.slice(at + 4)}`]
}
