import { BATCH_LINE } from './batch-line.ts'
import { checksumOf } from './checksum.ts'
import type { Fault, FaultInFile } from './faults.ts'
import { checkFields } from './fields.ts'
import { messageInName, nameOf } from './file-name.ts'
import { foreignFormat } from './foreign.ts'
import { type FirstSql, type Header, type HeaderKey, readHeader } from './header.ts'
import { idProblem } from './identifiers.ts'
import type { Revision } from './revision.ts'
import { cutSections, type Sections } from './sections.ts'

/** The 1-based lines on which a file says what; for faults of the graph. */
export type KeyLines = Readonly<Partial<Record<HeaderKey, number>>>

/** What became of one file. */
export type ParsedFile =
  | { readonly kind: 'revision'; readonly revision: Revision; readonly lines: KeyLines }
  | {
      readonly kind: 'faulty'
      readonly file: string
      /** The id, where that much could be read: those that revise it are not to blame. */
      readonly id?: string
      readonly faults: readonly Fault[]
    }

/**
 * Parses a `.sql` revision file. The text is as {@link decodeText} gives it, `file` as it is to be
 * shown. Pure; knows nothing of SQL itself.
 * @see docs/revision-files.md
 */
export function parseSqlRevision(text: string, file: string): ParsedFile {
  const sections = cutSections(text)
  const header = readHeader(headerLines(sections))
  if (header.fields.size === 0 && header.misspelt.size === 0) {
    return faulty(file, header, [noHeader(file, text, sections)])
  }
  const checked = checkFields(header)
  const faults = [
    ...header.faults,
    ...sections.faults,
    ...(checked.kind === 'faults' ? checked.faults : []),
    ...misplaced(text, sections, header),
  ]
  if (checked.kind === 'faults' || sections.upgrade === null || faults.length > 0) {
    return faulty(file, header, faults)
  }
  const revision: Revision = Object.freeze({
    ...checked.values,
    message: header.message === '' ? messageInName(file, checked.values.id) : header.message,
    file,
    checksum: checksumOf(sections.upgrade.text),
    upgrade: sections.upgrade,
    downgrade: sections.downgrade,
  })
  return { kind: 'revision', revision, lines: linesOf(header) }
}

/** The line feed above the first section is none of the header's. */
function headerLines({ header, upgrade, downgrade }: Sections): readonly string[] {
  const hasSection = upgrade !== null || downgrade !== null
  return (hasSection ? header.replace(/\n$/, '') : header).split('\n')
}

function linesOf(header: Header): KeyLines {
  return Object.fromEntries([...header.fields].map(([key, { line }]) => [key, line]))
}

function faulty(file: string, header: Header, faults: readonly FaultInFile[]): ParsedFile {
  const id = header.fields.get('revision')?.value
  const known = id !== undefined && idProblem(id) === undefined ? { id } : {}
  const inOrder = faults.toSorted((one, other) => (one.line ?? 0) - (other.line ?? 0))
  return { kind: 'faulty', file, ...known, faults: inOrder.map((fault) => ({ ...fault, file })) }
}

/** SQL where the header is, or no upgrade section. */
function misplaced(text: string, sections: Sections, { sql }: Header): readonly FaultInFile[] {
  const anySection = sections.header.length < text.length
  const above = [
    ...(anySection && sql !== undefined ? [sqlAbove(sql)] : []),
    ...batchAbove(sections.header),
  ]
  if (sections.upgrade !== null || sections.faults.length > 0) return above
  const lines = text.split('\n')
  const lastLine = lines.at(-1) === '' ? lines.length - 1 : lines.length
  // Without any section the line is to go where the SQL begins.
  const line = anySection ? lastLine : (sql?.line ?? lastLine)
  const message = 'there is no upgrade section'
  const remedy = 'write `-- pgate: upgrade` above the SQL; a section may be empty'
  return [...above, { code: 'REVISION_SECTION', line, message, remedy }]
}

function batchAbove(header: string): readonly FaultInFile[] {
  const line = header.split('\n').findIndex((one) => BATCH_LINE.test(one)) + 1
  if (line === 0) return []
  const message = 'a batch line above the first section'
  const remedy = 'write it right above the statement that it is for'
  return [{ code: 'REVISION_BATCH', line, message, remedy }]
}

function sqlAbove({ line, blockComment }: FirstSql): FaultInFile {
  return {
    code: 'REVISION_HEADER',
    line,
    message: `${blockComment ? 'a block comment' : 'SQL'} above the first section`,
    remedy: blockComment
      ? 'write the header as `--` lines, or move the comment below `-- pgate: upgrade`'
      : 'move it below the line `-- pgate: upgrade`',
  }
}

const HEADER_TO_WRITE = [
  '-- What it does',
  '-- revision: <id>',
  '-- revises: <id of the one before it, or none>',
  '-- pgate: upgrade',
]
  .map((line) => `\n        ${line}`)
  .join('')

/** A file that has not one of our keys is reported once with what it lacks, not key by key. */
function noHeader(file: string, text: string, sections: Sections): FaultInFile {
  const foreign = foreignFormat(nameOf(file), text)
  const whose = foreign === undefined ? '' : `; this is a migration of ${foreign.tool}`
  const change = foreign === undefined ? '' : `${foreign.change}, and `
  const section = sections.upgrade === null ? '' : ' (the last line of it is there already)'
  return {
    code: 'REVISION_HEADER',
    line: 1,
    message: text.trim() === '' ? 'the file is empty' : `there is no pgate header${whose}`,
    remedy: `${change}begin the file with this${section}:${HEADER_TO_WRITE}`,
  }
}
