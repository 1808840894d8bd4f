/** No line is longer. */
export const LONGEST_LINE = 16 * 1024
/** How much more is read of it, and then left out: a secret that the cut went through. */
const SPARE = 4 * 1024

/** What comes in pieces, line by line. */
export interface LineCutter {
  push(piece: string): void
  /** Whatever has no line feed yet. */
  flush(): void
}

/**
 * Cuts a text into lines, each without its secrets and no longer than 16 KB: `hide` sees more of a long
 * one than is shown, and of the rest nothing is kept.
 */
export function cutLines(
  onLine: (line: string) => void,
  hide: (line: string) => string,
): LineCutter {
  let line = ''
  let isCut = false
  let wasReturn = false
  const end = () => {
    const text = hide(line)
    const most = isCut ? Math.min(LONGEST_LINE, text.length - SPARE) : LONGEST_LINE
    onLine(text.length <= most ? text : `${text.slice(0, most)} …`)
    line = ''
    isCut = false
  }
  const add = (piece: string) => {
    const room = LONGEST_LINE + SPARE - line.length
    line += piece.slice(0, room)
    isCut ||= piece.length > room
  }
  return {
    push: (piece) => {
      const text = wasReturn && piece.startsWith('\n') ? piece.slice(1) : piece
      wasReturn = piece.endsWith('\r')
      for (const [index, part] of text.split(/\r\n|[\r\n]/).entries()) {
        if (index > 0) end()
        add(part)
      }
    },
    flush: () => {
      if (line !== '') end()
    },
  }
}
