/** What an object is, field by field; a field that says nothing beyond the default is absent. */
export type Definition = Readonly<Record<string, DefinitionValue>>

/** Numbers are text, so that none loses digits. */
export type DefinitionValue = string | boolean | readonly string[]

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

function isDefinitionValue(value: unknown): value is DefinitionValue {
  if (Array.isArray(value)) return value.every((item) => typeof item === 'string')
  return typeof value === 'string' || typeof value === 'boolean'
}
