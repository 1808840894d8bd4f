/**
 * What to do where the built-in PostgreSQL lacks an extension.
 * @param extensions all that it has
 */
export function builtInLacksIt(extensions: readonly string[]): string {
  return `The built-in PostgreSQL has ${extensions.join(', ')}: use a server that has it (pgate manifest --shadow-url <url>, and --database-url <url> for other commands).`
}
