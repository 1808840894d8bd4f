import type { Node } from 'libpg-query'
import { quoteIdentifier } from '../../postgres/sql/identifier.ts'
import { BATCH_LINE, type BatchLine, readBatchLine } from '../file/batch-line.ts'
import type { FaultInFile } from '../file/faults.ts'
import type { Batch, Revision, SqlBody, Statement } from '../file/revision.ts'
import { nodeName } from './classify.ts'
import type { Read } from './read-statements.ts'
import type { SectionStatement } from './transactions.ts'

/** Gives each statement of a section the batch line that stands above it. */
export interface BatchReader {
  /** What a statement becomes: itself, or two where a batch line stands above it. */
  take(read: Read, statement: SectionStatement): readonly SectionStatement[]
  /** Once all statements are read: everything that is wrong. */
  faults(parts: readonly SectionStatement[]): readonly FaultInFile[]
}

interface Line {
  /** 1-based, of the section. */
  readonly line: number
  readonly text: string
  readonly said: ReturnType<typeof readBatchLine>
}

/** Reads the batch lines of a section of pgate's own file; of any other there are none. */
export function batchReader(body: SqlBody, transaction: Revision['transaction']): BatchReader {
  const lines = body.hasBatches === true ? linesIn(body.text) : []
  const faults: FaultInFile[] = []
  const used = new Set<Line>()
  const inFile = (line: number) => body.line + line - 1
  const blame = ({ line }: { readonly line: number }, message: string, remedy: string) =>
    void faults.push({ code: 'REVISION_BATCH', line: inFile(line), message, remedy })
  for (const one of lines) {
    if ('message' in one.said) blame(one, one.said.message, one.said.remedy)
    else if (transaction === 'on') blame(one, ON, 'take `transaction: on` out of the header')
  }
  let end = 0
  return {
    take: (read, part) => {
      if (lines.length === 0) return [part]
      const { statement } = part
      const at = statement.line - body.line + 1
      const above = lines.filter(({ line }) => line > end && line < at)
      end = at + statement.text.split('\n').length - 1
      for (const one of above) used.add(one)
      const [first, second] = above
      if (first === undefined || 'message' in first.said) return [part]
      if (second !== undefined) blame(second, 'a second batch line', 'one statement has one')
      const found = statementOf(read, first.said)
      if ('message' in found) {
        blame({ line: at }, found.message, found.remedy)
        return [part]
      }
      const { line, text } = first
      const column = text.search(/\S/) + 1
      const begin = beginOf({ line: inFile(line), column }, found)
      return [begin, { ...part, statement: Object.freeze({ ...statement, batch: found }) }]
    },
    faults: (parts) => {
      for (const one of lines) {
        if (!used.has(one)) blame(one, 'a batch line above no statement', ABOVE)
      }
      for (const [index, part] of parts.entries()) {
        if (part.statement.batch?.part === 'begin') faults.push(...inPair(part, parts.slice(index)))
      }
      return faults
    },
  }
}

const ON = 'each batch is a transaction, and the header says `transaction: on`'
const ABOVE = 'write it right above the statement that it is for'

function linesIn(text: string): readonly Line[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      BATCH_LINE.test(line) ? [{ line: index + 1, text: line, said: readBatchLine(line) }] : [],
    )
}

/** Its text is what must not change while the batches are under way; as SQL it is nothing. */
function beginOf(place: Pick<Statement, 'line' | 'column'>, rows: Batch): SectionStatement {
  const by = rows.by === undefined ? '' : ` by ${rows.by.map(quoteIdentifier).join(', ')}`
  const text = `-- pgate: batch ${rows.table}${by}`
  const batch: Batch = { ...rows, part: 'begin' }
  return { statement: Object.freeze({ text, ...place, transactional: true, node: 'Batch', batch }) }
}

/** BEGIN above and COMMIT below would make one transaction of all batches. */
function inPair(
  { statement }: SectionStatement,
  behind: readonly SectionStatement[],
): readonly FaultInFile[] {
  const next = behind.find(({ control }) => control?.kind === 'begin' || control?.kind === 'commit')
  if (next?.control?.kind !== 'commit') return []
  const message = `a batch inside the transaction that line ${next.statement.line} commits`
  const remedy = 'each batch is a transaction of its own: move it out from between BEGIN and COMMIT'
  return [{ code: 'REVISION_BATCH', line: statement.line, message, remedy }]
}

const KINDS = ['UpdateStmt', 'DeleteStmt', 'InsertStmt', 'MergeStmt', 'SelectStmt']

function statementOf(read: Read, line: BatchLine): Batch | { message: string; remedy: string } {
  if (read.kind !== 'statement') {
    return {
      message: 'a batch line above a statement of over 1 MiB',
      remedy: 'cut it into several',
    }
  }
  const { node, text } = read.statement
  const own: OwnParts = Object.values(node)[0] ?? {}
  if (!KINDS.includes(nodeName(node)) || own.intoClause !== undefined) {
    const remedy = 'take the line out, or write UPDATE, DELETE, INSERT, MERGE or SELECT below it'
    return { message: 'a batch line above a statement that changes no rows', remedy }
  }
  const tree = JSON.stringify(node)
  if (tree.includes('"ctename":"batch"')) {
    return { message: 'the statement defines `batch` itself', remedy: 'give that another name' }
  }
  if (!tree.includes('{"RangeVar":{') || !usesBatch(node)) {
    return {
      message: 'a batch line above a statement that does not use the relation `batch`',
      remedy: `join the keys of each batch, as in UPDATE ${line.table} SET … FROM batch WHERE ${line.table}.${(line.by ?? ['id'])[0]} = batch.${(line.by ?? ['id'])[0]}`,
    }
  }
  if (own.relation?.relname === 'batch' && own.relation.schemaname === undefined) {
    return { message: 'the table `batch` hides the keys', remedy: 'write its schema: public.batch' }
  }
  const isSame = own.relation?.relname !== undefined && namesTable(line.table, own.relation.relname)
  const sets = isSame ? (own.targetList ?? []).flatMap(assigned) : []
  const isInsert = 'InsertStmt' in node
  return { ...line, part: 'rows', insertAt: behindWith(text, own), sets: isInsert ? [] : sets }
}

interface OwnParts {
  readonly relation?: { readonly relname?: string; readonly schemaname?: string }
  readonly withClause?: { readonly recursive?: boolean }
  readonly intoClause?: object
  readonly targetList?: readonly Node[]
}

function namesTable(table: string, name: string): boolean {
  return table === quoteIdentifier(name) || table.endsWith(`.${quoteIdentifier(name)}`)
}

function assigned(target: Node): readonly string[] {
  return 'ResTarget' in target && target.ResTarget.name !== undefined ? [target.ResTarget.name] : []
}

/** Relations that a statement reads are nodes; the one that it changes is not. */
function usesBatch(node: unknown): boolean {
  if (typeof node !== 'object' || node === null) return false
  if ('RangeVar' in node) {
    const { relname, schemaname } = node.RangeVar as NonNullable<OwnParts['relation']>
    return relname === 'batch' && schemaname === undefined
  }
  return Object.values(node).some(usesBatch)
}

const SPACE = String.raw`(?:\s|--[^\n]*\n|/\*(?:[^*]|\*(?!/))*\*/)+`
const WITH = new RegExp(`^with${SPACE}`, 'i')
const WITH_RECURSIVE = new RegExp(`^with${SPACE}recursive${SPACE}`, 'i')

function behindWith(text: string, { withClause }: OwnParts): number {
  if (withClause === undefined) return 0
  const head = withClause.recursive === true ? WITH_RECURSIVE : WITH
  return head.exec(text)?.[0].length ?? 0
}

/** The statement with what goes before it put in its place, and the error's position put back. */
export function withBatch({ text, batch }: Statement, keys: string) {
  const at = batch?.insertAt ?? 0
  const inserted = at === 0 ? `with batch as (${keys}) ` : `batch as (${keys}), `
  const before = [...text.slice(0, at)].length
  const length = [...inserted].length
  return {
    text: text.slice(0, at) + inserted + text.slice(at),
    /** 1-based, in characters of the statement as it stands in the file. */
    positionOf: (position: number) =>
      position <= before ? position : Math.max(before + 1, position - length),
  }
}
