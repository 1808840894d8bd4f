import { createHash } from 'node:crypto'
import { normaliseLineEndings } from './decode.ts'

/**
 * SHA-256, in lower-case hex, of a text as {@link normalisedForChecksum} leaves it: what a
 * revision is recognised by once it has been applied.
 * @see docs/revision-files.md
 */
export function checksumOf(text: string): string {
  return createHash('sha256').update(normalisedForChecksum(text), 'utf8').digest('hex')
}

/**
 * The same for a module together with the local files that it imports, in the order of their names:
 * without any, it is that of its text alone.
 */
export function checksumOfModule(
  text: string,
  imports: readonly { readonly name: string; readonly text: string }[],
): string {
  const hash = createHash('sha256').update(normalisedForChecksum(text), 'utf8')
  for (const one of imports) {
    hash.update(`\0${one.name}\n${normalisedForChecksum(one.text)}`, 'utf8')
  }
  return hash.digest('hex')
}

/**
 * What the checksum does not see is gone: CRLF and CR are LF; spaces, tabs, vertical tabs and form
 * feeds at the end of a line, and empty lines at the end of the text, are dropped. Every line that
 * is left ends in one LF; nothing left is the empty text.
 *
 * @example normalisedForChecksum('select 1;  \r\n\r\n') // 'select 1;\n'
 */
export function normalisedForChecksum(text: string): string {
  const lines = normaliseLineEndings(text).split('\n').map(withoutTrailingSpace)
  while (lines.at(-1) === '') lines.pop()
  return lines.map((line) => `${line}\n`).join('')
}

/** By hand: `/\s+$/` takes quadratic time on a long run of spaces inside a line. */
function withoutTrailingSpace(line: string): string {
  let end = line.length
  while (end > 0 && ' \t\v\f'.includes(line.charAt(end - 1))) end -= 1
  return line.slice(0, end)
}
