import { createHash } from 'node:crypto'
import { timeInDigits } from '../revisions/file/file-name.ts'
import type { SourceFile } from '../revisions/file/load.ts'
import type { ParsedFile } from '../revisions/file/parse-sql.ts'
import type { Revision } from '../revisions/file/revision.ts'

/** What a tool's file says of itself; nothing of parents, branches and dependencies. */
type ToolFacts = Omit<Revision, 'revises' | 'dependsOn' | 'branchLabels'>

/**
 * The revision that a file of another tool is: each revises the one before it.
 * @param digits those of its name, which may be the time at which it was made
 * @param line the 1-based line of the marker that it begins at; absent: the file has none
 */
export function toolRevision(facts: ToolFacts, digits = '', line?: number): ParsedFile {
  const created = timeInDigits(digits)
  const revision: Revision = Object.freeze({
    ...{ revises: [], dependsOn: [], branchLabels: [] },
    ...(created !== undefined && { created }),
    ...facts,
  })
  return { kind: 'revision', revision, lines: line === undefined ? {} : { revision: line } }
}

/** What the rest of a file's name says to people; the id where it says nothing. */
export function messageIn(title: string, id: string): string {
  return title.replaceAll('_', ' ').trim() || id
}

/** In hex: of the file as it is, and with LF and with CRLF, as git may have turned one into the other. */
export function hashesOf(
  { bytes, text }: Pick<SourceFile, 'bytes' | 'text'>,
  algorithm: 'sha256' | 'sha384',
): readonly [own: string, lf: string, crlf: string] {
  const hash = (data: string | Uint8Array) => createHash(algorithm).update(data).digest('hex')
  return [hash(bytes), hash(text), hash(text.replaceAll('\n', '\r\n'))]
}
