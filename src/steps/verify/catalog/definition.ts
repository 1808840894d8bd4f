/** What an object is, field by field; a field that says nothing beyond the default is absent. */
export type Definition = Readonly<Record<string, DefinitionValue>>

/** Numbers are text, so that none loses digits. */
export type DefinitionValue = string | boolean | readonly string[]

/** Field by field, what else the server prints for the same thing: after one more parse, or two. */
export type Respelling = Readonly<Record<string, readonly string[]>>

/** Respellings by key; an object of which all spellings are the same has none. */
export type Respellings = ReadonlyMap<string, Respelling>

/**
 * A definition out of JSON text, frozen.
 * @throws {TypeError} where it is not an object of strings, booleans and lists of strings
 */
export function parseDefinition(json: string): Definition {
  const value: unknown = JSON.parse(json)
  if (!isDefinition(value)) throw new TypeError('a definition is an object of texts and lists')
  return Object.freeze(value)
}

/** True for an object whose fields are strings, booleans or lists of strings. */
export function isDefinition(value: unknown): value is Definition {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false
  return Object.values(value).every(isDefinitionValue)
}

/** True for an object whose fields are lists of strings. */
export function isRespelling(value: unknown): value is Respelling {
  return isDefinition(value) && Object.values(value).every(Array.isArray)
}

function isDefinitionValue(value: unknown): value is DefinitionValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string' || typeof value === 'boolean'
}
