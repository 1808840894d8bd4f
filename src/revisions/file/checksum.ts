import { createHash } from 'node:crypto'
import { normaliseLineEndings } from './decode.ts'

/**
 * SHA-256, in lower-case hex, of a text as {@link normalisedForChecksum} leaves it: what a
 * revision is recognised by once it has been applied.
 * @see docs/revision-files.md
 */
export function checksumOf(text: string): string {
  const hash = createHash('sha256')
  for (const piece of normalisedPieces(text)) hash.update(piece, 'utf8')
  return hash.digest('hex')
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
  return [...normalisedPieces(text)].join('')
}

/** A piece in characters; the lines of a file as large as may be would take as much memory again. */
const PIECE = 64 * 1024

function* normalisedPieces(given: string): Generator<string> {
  const text = normaliseLineEndings(given)
  let piece = ''
  let emptyLines = 0
  for (let start = 0; start < text.length; ) {
    const lineFeed = text.indexOf('\n', start)
    const end = lineFeed === -1 ? text.length : lineFeed
    const line = withoutTrailingSpace(text.slice(start, end))
    start = end + 1
    if (line === '') {
      emptyLines += 1
      continue
    }
    piece += `${'\n'.repeat(emptyLines)}${line}\n`
    emptyLines = 0
    if (piece.length < PIECE) continue
    yield piece
    piece = ''
  }
  yield piece
}

/** By hand: `/\s+$/` takes quadratic time on a long run of spaces inside a line. */
function withoutTrailingSpace(line: string): string {
  let end = line.length
  while (end > 0 && ' \t\v\f'.includes(line.charAt(end - 1))) end -= 1
  return line.slice(0, end)
}
