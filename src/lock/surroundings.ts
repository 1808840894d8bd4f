import { quoteIdentifier, quoteLiteral } from '../postgres/sql/identifier.ts'

/**
 * The settings that decide how PostgreSQL reads a literal or an expression, and so what a revision
 * stores. Fixed, so that one folder makes one schema wherever it runs; a revision may set its own.
 * Values are those of a server that nobody has configured, in UTC.
 * @see docs/decisions/0052-fixed-surroundings-of-revisions.md
 */
export const SURROUNDINGS: readonly (readonly [name: string, value: string])[] = [
  ['timezone', 'UTC'],
  ['timezone_abbreviations', 'Default'],
  ['datestyle', 'ISO, MDY'],
  ['intervalstyle', 'postgres'],
  ['lc_monetary', 'C'],
  ['standard_conforming_strings', 'on'],
  ['transform_null_equals', 'off'],
  ['array_nulls', 'on'],
  ['xmloption', 'content'],
]

/**
 * An expression that fixes the surroundings and puts PGATE_SCHEMA first on the search path, until
 * what `until` names ends. To be evaluated after RESET ALL, which undoes it.
 */
export function fixedSurroundings(schema: string, until: 'session' | 'transaction'): string {
  const settings = SURROUNDINGS.map(([name, value]) => setConfig(name, quoteLiteral(value), until))
  return [...settings, schemaFirst(schema, until)].join(', ')
}

/**
 * An expression that puts a schema first on the search path, whatever its name; behind it stays the
 * role's own path, so that extensions kept elsewhere are still found.
 */
export function schemaFirst(schema: string, until: 'session' | 'transaction'): string {
  const prefix = quoteLiteral(`${quoteIdentifier(schema)}, `)
  // The role's own path may be empty, and a list does not end with a comma.
  const path = `pg_catalog.rtrim(pg_catalog.concat(${prefix}, pg_catalog.current_setting('search_path')), ', ')`
  return setConfig('search_path', path, until)
}

function setConfig(name: string, value: string, until: 'session' | 'transaction'): string {
  return `pg_catalog.set_config('${name}', ${value}, ${until === 'transaction'})`
}
