import { checksumOf } from '../../revisions/file/checksum.ts'
import type { Fault, FaultInFile } from '../../revisions/file/faults.ts'
import { messageInName } from '../../revisions/file/file-name.ts'
import type { FolderReading, SourceFile } from '../../revisions/file/load.ts'
import type { ParsedFile } from '../../revisions/file/parse-sql.ts'
import type { SqlBody } from '../../revisions/file/revision.ts'
import { toolRevision } from '../tool-file.ts'

/** In the order of the files' names, as dbmate runs them; what is not named as one is passed over. */
export const DBMATE_FILES: FolderReading = {
  remedy:
    'Set PGATE_MIGRATIONS to the folder of the migrations (<digits>_<name>.sql), or write the first with `dbmate new <name>`.',
  read: ({ names, each }) => each(names, parseMigration),
}

/** A line that opens a block, as dbmate finds it: at the start of a line, in lower case. */
const MARKER = /^--\s*migrate:(up|down)((?:[^\S\n]+\S+)*)[^\S\n]*$/gm
/** What was meant as one. */
const MISSPELT = /^[^\S\n]*--[^\S\n]*migrate[^\S\n]*:[^\S\n]*(up|down)\b/i

interface Block {
  readonly name: string
  readonly start: number
  /** 1-based. */
  readonly line: number
  readonly body: SqlBody
}

/**
 * Parses a file of dbmate's: above `-- migrate:up` comments alone, then that block, then
 * `-- migrate:down`. The version is the name's leading digits.
 */
export function parseMigration({ name, file, text }: SourceFile): ParsedFile {
  const blocks = blocksIn(text)
  const [id = ''] = /^\d+/.exec(name) ?? []
  const faults = [...faultsAbove(text, blocks), ...faultsOf(text, blocks)]
  const [up, down] = blocks
  if (faults.length > 0 || up === undefined || down === undefined) {
    return { kind: 'faulty', file, id, faults: faults.map((fault): Fault => ({ ...fault, file })) }
  }
  const facts = {
    id,
    message: messageInName(file, id),
    file,
    transaction: up.body.transaction ?? 'auto',
    checksum: checksumOf(up.body.text),
    upgrade: up.body,
    downgrade: down.body,
  } as const
  return toolRevision(facts, id, up.line)
}

function blocksIn(text: string): readonly Block[] {
  const markers = [...text.matchAll(MARKER)]
  return markers.map((match, index) => {
    const [whole, name = '', options = ''] = match
    const end = match.index + whole.length + 1
    const next = markers[index + 1]?.index ?? text.length
    const line = lineAt(text, match.index)
    return {
      name,
      start: match.index,
      line,
      body: Object.freeze({
        kind: 'sql',
        text: text.slice(end, next),
        line: line + 1,
        // dbmate sends such a block as one message, without a BEGIN.
        transaction: /\stransaction:false(?!\S)/.test(options) ? 'message' : 'auto',
      }),
    }
  })
}

function lineAt(text: string, index: number): number {
  return text.slice(0, index).split('\n').length
}

function faultsAbove(text: string, [first]: readonly Block[]): readonly FaultInFile[] {
  const above = text.slice(0, first?.start ?? 0).split('\n')
  const index = above.findIndex((line) => line.trim() !== '' && !/^\s*--/.test(line))
  if (index === -1) return []
  const message =
    'SQL or a block comment above `-- migrate:up`, where dbmate allows `--` lines alone'
  const remedy = 'move it below that line'
  return [{ code: 'REVISION_HEADER', line: index + 1, message, remedy }]
}

/** dbmate wants both blocks; of a second pair it would run the SQL and then fail at its row. */
function faultsOf(text: string, blocks: readonly Block[]): readonly FaultInFile[] {
  const wanted = ['up', 'down']
  const wrong = blocks.find(({ name }, index) => name !== wanted[index])
  const fault = (line: number, message: string, remedy: string): readonly FaultInFile[] => [
    { code: 'REVISION_SECTION', line, message, remedy },
  ]
  if (wrong !== undefined && blocks.length > wanted.length) {
    const message = `a further \`-- migrate:${wrong.name}\`, which dbmate cannot record: a file has one row`
    return fault(wrong.line, message, 'put it into a file of its own')
  }
  if (wrong !== undefined) {
    const message = `\`-- migrate:${wrong.name}\` where \`-- migrate:${wanted[blocks.indexOf(wrong)]}\` is wanted`
    return fault(wrong.line, message, 'write one up block and, below it, one down block')
  }
  const missing = wanted[blocks.length]
  if (missing === undefined) return []
  const { line, found } = nearMiss(text, missing)
  const message = `there is no \`-- migrate:${missing}\`${found}`
  return fault(
    line,
    message,
    `write the line \`-- migrate:${missing}\`; the block below it may be empty`,
  )
}

function nearMiss(
  text: string,
  missing: string,
): { readonly line: number; readonly found: string } {
  const lines = text.split('\n')
  const index = lines.findIndex((line) => MISSPELT.exec(line)?.[1]?.toLowerCase() === missing)
  const last = lines.at(-1) === '' ? Math.max(1, lines.length - 1) : lines.length
  if (index === -1) return { line: last, found: '' }
  const why = 'dbmate reads it at the start of a line, in lower case and without spaces alone'
  return { line: index + 1, found: `: ${why}` }
}
