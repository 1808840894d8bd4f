/**
 * A name as SQL wants it, whatever it holds; always quoted, so that case and key words stand.
 * @throws {TypeError} for a NUL character, which no name can hold
 *
 * @example quoteIdentifier('user "x"') // "user ""x"""
 */
export function quoteIdentifier(name: string): string {
  return `"${withoutNul(name).replaceAll('"', '""')}"`
}

/**
 * Names joined by dots, each quoted: one for a schema, two for what is in it.
 *
 * @example qualifiedName('public', 'users') // "public"."users"
 */
export function qualifiedName(...names: readonly string[]): string {
  return names.map(quoteIdentifier).join('.')
}

/**
 * A string as a SQL literal, for the few places where a parameter is not allowed. Means the same
 * whatever `standard_conforming_strings` says.
 * @throws {TypeError} for a NUL character, which no text can hold
 * @see https://www.postgresql.org/docs/current/libpq-exec.html#LIBPQ-PQESCAPELITERAL
 *
 * @example quoteLiteral("it's") // 'it''s'
 */
export function quoteLiteral(text: string): string {
  const quoted = `'${withoutNul(text).replaceAll("'", "''")}'`
  // The space keeps the E from running into a word before it.
  return quoted.includes('\\') ? ` E${quoted.replaceAll('\\', '\\\\')}` : quoted
}

function withoutNul(text: string): string {
  if (text.includes('\0')) throw new TypeError('PostgreSQL cannot hold a NUL character')
  return text
}
