import { idProblem } from '../../../revisions/file/identifiers.ts'
import { type ImportSource, importInvalid } from '../../import-invalid.ts'
import { readDocstring } from '../docstring.ts'

/** What `alembic history --verbose` says of one revision; its SQL says none of it but the parents. */
export interface AlembicEntry {
  /** 1-based, of its `Rev:` line. */
  readonly line: number
  readonly revises: readonly string[]
  /** As the script has them: ids, or labels of branches. */
  readonly dependsOn: readonly string[]
  /** Every label of the branches that it is on. */
  readonly labels: readonly string[]
  /** @see readDocstring */
  readonly message: string
  /** ISO 8601, in UTC; absent where the docstring has no `Create Date:`. */
  readonly created?: string
}

/** `alembic history --verbose`, by id. */
export interface AlembicHistory {
  readonly source: ImportSource
  readonly entries: ReadonlyMap<string, AlembicEntry>
}

/**
 * Reads what `alembic history --verbose` printed. Lines above its first entry (a log, say) are
 * passed over.
 * @throws {GateError} IMPORT_INVALID where it holds no entry, and for an entry without its parents
 */
export function parseAlembicHistory(source: ImportSource): AlembicHistory {
  const lines = source.text.split('\n')
  const starts = lines.flatMap((line, index) => (ENTRY.test(line) ? [index] : []))
  if (starts.length === 0) throw noEntry(source, lines)
  const entries = new Map(
    starts.map((start, index) => {
      const [, id = ''] = ENTRY.exec(lines[start] ?? '') ?? []
      const entry = lines.slice(start + 1, starts[index + 1])
      return [id, readEntry(source, { id, line: start + 1, lines: entry })]
    }),
  )
  return Object.freeze({ source, entries })
}

/** `Rev: 972fc63ffb69 (head) (mergepoint)`; the docstring below is indented. */
const ENTRY = /^Rev: (\S+)(?: \([a-z ]+\))*\s*$/
const SHORT_ENTRY = /^\S.* -> \S+.*, /

interface EntryLines {
  readonly id: string
  readonly line: number
  readonly lines: readonly string[]
}

function readEntry(source: ImportSource, { id, line, lines }: EntryLines): AlembicEntry {
  const field = (name: string) =>
    lines.find((text) => text.startsWith(`${name}: `))?.slice(name.length + 2)
  const parents = field('Parent') ?? field('Merges')
  if (parents === undefined || idProblem(id) !== undefined) {
    const found = `the entry of ${id} has no \`Parent:\` line`
    throw importInvalid({ source, line, found, remedy: 'give the whole of it, unchanged' })
  }
  const docstring = lines.filter((text) => text.startsWith(INDENT)).map((text) => text.trim())
  return Object.freeze({
    line,
    revises: listOf(parents).filter((parent) => parent !== '<base>'),
    dependsOn: listOf(field('Also depends on')),
    labels: listOf(field('Branch names')),
    ...readDocstring(docstring.join('\n')),
  })
}

const INDENT = '    '

function listOf(text: string | undefined): readonly string[] {
  return text === undefined ? [] : text.split(',').map((word) => word.trim())
}

function noEntry(source: ImportSource, lines: readonly string[]) {
  const short = lines.findIndex((line) => SHORT_ENTRY.test(line))
  return importInvalid({
    source,
    ...(short === -1 ? {} : { line: short + 1 }),
    found: short === -1 ? 'there is no `Rev: …` line in it' : 'this is the short form of a history',
    remedy: 'give what `alembic history --verbose` writes',
  })
}
