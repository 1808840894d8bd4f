/** A statement and where it begins in its file. */
export interface PlacedText {
  readonly text: string
  /** 1-based. */
  readonly line: number
  /** 1-based, in characters (code points). */
  readonly column: number
}

/** A place in a file. */
export interface Place {
  /** 1-based. */
  readonly line: number
  /** 1-based, in characters (code points). */
  readonly column: number
  /**
   * The statement's own part of that line, without the line's end: what stands before the
   * statement on its first line is not known here.
   */
  readonly text: string
}

/**
 * Where in the file the character is that PostgreSQL's error position points at. The server counts
 * characters (code points) from 1, JavaScript's strings UTF-16 units; LF, CRLF and a lone CR each
 * end a line. A position outside the statement is taken as its nearest character.
 *
 * @see https://www.postgresql.org/docs/current/protocol-error-fields.html (P)
 * @example locate({ text: 'select\n x', line: 3, column: 1 }, 9) // { line: 4, column: 2, text: ' x' }
 */
export function locate(statement: PlacedText, position: number): Place {
  const characters = [...statement.text]
  const index = Math.max(0, Math.min(position, characters.length) - 1)
  let row = 0
  let column = statement.column
  for (const [at, character] of characters.slice(0, index).entries()) {
    if (character === '\n' || (character === '\r' && characters[at + 1] !== '\n')) {
      row += 1
      column = 1
    } else {
      column += 1
    }
  }
  const text = statement.text.split(/\r\n|\n|\r/)[row] ?? ''
  return { line: statement.line + row, column, text }
}
