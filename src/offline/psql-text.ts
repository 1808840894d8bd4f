import { useBaselineWasm } from '../base/v8-flags.ts'

/**
 * A statement, with the semicolon that ends it, as psql is to read it: a comment at its end is
 * closed by a line feed first, and a lone colon (`a[1:n]`, `json_object('k':v)`) gets a space behind
 * it, because psql would put the value of its variable in the place of `:n`. Otherwise as it is.
 * @see https://www.postgresql.org/docs/current/app-psql.html#APP-PSQL-INTERPOLATION
 */
export async function forPsql(statement: string): Promise<string> {
  if (!/:|--/.test(statement)) return `${statement};`
  useBaselineWasm()
  const { scan } = await import('libpg-query')
  const { tokens } = await scan(statement.replaceAll(CONTROL, ' '))
  const colons = tokens.filter(
    ({ text, end }, index) => text === ':' && tokens[index + 1]?.start === end,
  )
  const closing = tokens.at(-1)?.tokenName === 'SQL_COMMENT' ? '\n;' : ';'
  return spaced(statement, colons) + closing
}

/** The scanner does not escape these in the JSON that it answers with; a space takes their place. */
const CONTROL = /(?![\t\n\r])[\u0000-\u001f]/g

/** The scanner counts in UTF-8 bytes. */
function spaced(statement: string, after: readonly { readonly end: number }[]): string {
  if (after.length === 0) return statement
  const bytes = Buffer.from(statement, 'utf8')
  const ends = [...after.map(({ end }) => end), bytes.length]
  return ends.map((end, index) => bytes.toString('utf8', ends[index - 1] ?? 0, end)).join(' ')
}

/** A text as one line of a comment, whatever it holds. */
export function comment(text: string): string {
  return `-- ${text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ')}`.trimEnd()
}
