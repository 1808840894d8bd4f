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
  const { text, line, column } = statement
  let row = 0
  let rowColumn = column
  let rowStart = 0
  let at = 0
  // No array of characters: a statement may be as long as its file.
  for (let left = position - 1; left > 0 && at < text.length - 1; left -= 1) {
    const isBreak = text[at] === '\n' || (text[at] === '\r' && text[at + 1] !== '\n')
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1
    if (isBreak) {
      row += 1
      rowColumn = 1
      rowStart = at
    } else {
      rowColumn += 1
    }
  }
  const end = /[\r\n]|$/g
  end.lastIndex = rowStart
  return { line: line + row, column: rowColumn, text: text.slice(rowStart, end.exec(text)?.index) }
}
