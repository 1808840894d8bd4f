import type { DeclaredExtension } from './config.ts'
import { found, isSystemSchema, MAX_IDENTIFIER_BYTES } from './values.ts'

/** Letters, digits, `_`, `.`, and single hyphens within: what CREATE EXTENSION takes. */
const EXTENSION_NAME = /^[A-Za-z0-9_.]+(?:-[A-Za-z0-9_.]+)*$/

/**
 * The extensions of a comma-separated list; none for an empty text. An entry is a name, with
 * `?` where it is optional, and `>=floor` and `@schema` after it in either order.
 * @throws {Error} naming every entry that cannot be read, and every name given twice
 *
 * @example asExtensions('vector>=0.7, pg_trgm@extensions')
 */
export function asExtensions(text: string): readonly DeclaredExtension[] {
  if (text.trim() === '') return []
  const entries = text.split(',').map((entry) => parseExtension(entry.trim()))
  const problems = entries.filter((entry) => typeof entry === 'string')
  const extensions = entries.filter((entry) => typeof entry !== 'string')
  const names = extensions.map((extension) => extension.name)
  const twice = new Set(names.filter((name, index) => names.indexOf(name) !== index))
  const all = [...problems, ...[...twice].map((name) => `${name} is declared twice`)]
  if (all.length > 0) throw new Error(all.join('; '))
  return extensions
}

function parseExtension(entry: string): DeclaredExtension | string {
  const problem = `${found(entry)}; write name, name?, name>=1.2, name@schema or name>=1.2@schema`
  const [first = '', ...rest] = entry.split(/\s*(?=>=|@)/)
  const name = first.replace(/\s*\?$/, '')
  const floors = rest.filter((part) => part.startsWith('>=')).map((part) => part.slice(2).trim())
  const schemas = rest.filter((part) => part.startsWith('@')).map((part) => part.slice(1).trim())
  const readable =
    EXTENSION_NAME.test(name) &&
    fits(name) &&
    floors.length <= 1 &&
    schemas.length <= 1 &&
    floors.every((floor) => /^\d+(?:\.\d+)*$/.test(floor)) &&
    schemas.every((schema) => /^[^\s"]+$/.test(schema) && fits(schema))
  if (!readable) return problem
  const [floor] = floors
  const [schema] = schemas
  // The one of PostgreSQL's own schemas that it makes extensions in.
  if (schema !== undefined && schema !== 'pg_catalog' && isSystemSchema(schema)) {
    return `${found(entry)}; schema ${schema} is PostgreSQL's own: write another`
  }
  return {
    name,
    ...(floor !== undefined && { floor }),
    ...(schema !== undefined && { schema }),
    ...(first !== name && { optional: true }),
  }
}

function fits(name: string): boolean {
  return Buffer.byteLength(name) <= MAX_IDENTIFIER_BYTES
}
