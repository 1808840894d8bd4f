import { checksumOf } from '../../revisions/file/checksum.ts'
import type { SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import { faultyFile } from '../numbered.ts'
import { hashesOf, toolRevision } from '../tool-file.ts'

/** What the folder says of a migration besides its text. */
export interface Named {
  readonly id: string
  readonly tag: string
  /** In milliseconds. */
  readonly when: number
  /** Of 1.x, whose table has it. */
  readonly name?: string
}

/** A migration's file, of either form: its pieces are one text. */
export function parseMigration(source: SourceFile, { id, tag, when, name }: Named): ParsedFile {
  const { file, bytes, text } = source
  const joined = joinPieces(text)
  if ('line' in joined) {
    return faultyFile(file, {
      code: 'REVISION_SECTION',
      line: joined.line,
      message: `SQL behind \`${BREAKPOINT}\` on its line, and a quote that is open in front of it`,
      remedy: 'put that SQL on a line of its own',
    })
  }
  const recorded = hashesOf({ bytes, text }, 'sha256')
  return toolRevision({
    id,
    ...(tag !== id && { alias: tag }),
    message: tag.replace(/^\d+_/, '').replaceAll('_', ' '),
    created: new Date(when).toISOString(),
    file,
    transaction: 'auto',
    checksum: checksumOf(text),
    row: { hash: recorded[0], created_at: when, ...(name !== undefined && { name }) },
    recorded,
    upgrade: Object.freeze({ kind: 'sql', text: joined.text, line: 1 }),
    downgrade: null,
  })
}

/** Where Drizzle cuts a file, wherever it stands; to PostgreSQL it is a comment. */
const BREAKPOINT = '--> statement-breakpoint'

/** Where a quote does not open a string, or the string is closed. */
const CLOSED = /'[^']*'|"[^"]*"|--[^\n]*|\/\*.*?\*\/|\$(\w*)\$.*?\$\1\$/gs

/**
 * The pieces as one text of the same lines and columns: a breakpoint that ends a statement without a
 * semicolon, or has SQL behind it on its line, becomes one. In a string, where it can only be data, it stays.
 */
function joinPieces(text: string): { readonly text: string } | { readonly line: number } {
  const [first = '', ...pieces] = text.split(BREAKPOINT)
  let joined = first
  let before = first
  for (const piece of pieces) {
    const isLineDone = /^[^\S\n]*(?:\n|$)/.test(piece)
    const isInString = before.replaceAll(CLOSED, '').includes("'")
    if (isInString && !isLineDone) return { line: joined.split('\n').length }
    const isEnded = /(?:;|^)\s*$/.test(before)
    const stays = isInString || (isEnded && isLineDone)
    joined += (stays ? BREAKPOINT : `;${' '.repeat(BREAKPOINT.length - 1)}`) + piece
    before = isInString ? before + BREAKPOINT + piece : piece
  }
  return { text: joined }
}
