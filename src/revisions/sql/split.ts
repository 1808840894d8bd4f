import { GateError } from '../../errors/error.ts'
import { serverFacts } from '../../postgres/sql/conditions.ts'
import { excerpt, shownLine, withoutSecrets } from '../../postgres/sql/sql-secrets.ts'
import { type FaultInFile, faultsError } from '../file/faults.ts'
import type { Revision, SqlBody, Statement } from '../file/revision.ts'
import { batchReader } from './batches.ts'
import { COPY_OUT, clientCopy, inTransaction, nodeName, transactionControl } from './classify.ts'
import { type OwnTables, ownTableFault } from './own-tables.ts'
import type { Parsed, ParsePosition } from './parser.ts'
import { metaCommandFault, variableFault } from './psql-only.ts'
import { meaningHash, type Read, readStatements } from './read-statements.ts'
import { subjectOf } from './subject.ts'
import {
  type Arrangement,
  arrange,
  type SectionStatement as SectionReading,
} from './transactions.ts'

/** A section, ready to be run. */
export interface Script extends Arrangement {
  /** @see meaningHash */
  readonly meaning: string
}

/** What became of a section. */
export type Section =
  | { readonly kind: 'script'; readonly script: Script }
  | { readonly kind: 'faults'; readonly faults: readonly FaultInFile[] }
  | { readonly kind: 'error'; readonly error: Extract<Parsed, { readonly kind: 'error' }> }

/**
 * Reads a section: its statements, each with the line and column of the file on which its first token
 * stands, arranged as they are to be run. Faults are all that it holds and pgate does not run; a syntax
 * error counts where there is none. No server is asked.
 * @param transaction what the header says
 * @param own what no statement may change; absent: nothing is looked for
 */
export async function readSection(
  body: SqlBody,
  transaction: Revision['transaction'],
  own?: OwnTables,
): Promise<Section> {
  const parts: SectionReading[] = []
  const faults: FaultInFile[] = []
  const meaning = meaningHash()
  const batches = batchReader(body, transaction)
  let isWhole = true
  for await (const read of readStatements(body.text)) {
    if (read.kind === 'error') {
      const fault = variableFault(
        body.text.split('\n')[read.at.line - 1] ?? '',
        lineInFile(body, read.at.line),
      )
      isWhole = false
      if (fault !== undefined) faults.push(fault)
      else if (faults.length === 0) return { kind: 'error', error: read }
      continue
    }
    meaning.add(read)
    const part = (own && (await ownTablePart(read, body, own))) ?? partOf(read, body)
    if (part === undefined) continue
    if ('statement' in part) parts.push(...batches.take(read, part))
    else faults.push(part)
  }
  const arranged = arrange(parts, transaction === 'off')
  // Where a part is missing, a pair that is not closed says nothing.
  if (isWhole && faults.length === 0) faults.push(...arranged.faults, ...batches.faults(parts))
  if (faults.length > 0) return { kind: 'faults', faults }
  return {
    kind: 'script',
    script: Object.freeze({ ...arranged.script, meaning: meaning.digest() }),
  }
}

/**
 * A section, ready to be run. `file` is the file's name as it is to be shown.
 * @param own what no statement may change; absent: nothing is looked for
 * @throws {GateError} MIGRATION_FAILED for a syntax error; REVISION_UNSUPPORTED for what pgate does
 *   not run; REVISION_OWN_TABLE
 */
export async function splitStatements(
  body: SqlBody,
  { file, transaction }: Pick<Revision, 'file' | 'transaction'>,
  own?: OwnTables,
): Promise<Script> {
  const section = await readSection(body, transaction, own)
  if (section.kind === 'script') return section.script
  if (section.kind === 'error') throw syntaxError(section.error, body, file)
  const [first, ...more] = section.faults.map((fault) => ({ ...fault, file }))
  if (first === undefined) throw new Error('a section with faults has none')
  throw faultsError([first, ...more])
}

async function ownTablePart(
  read: Read,
  body: SqlBody,
  own: OwnTables,
): Promise<FaultInFile | undefined> {
  if (read.kind !== 'statement') return undefined
  const { statement } = read
  const fault = await ownTableFault(statement, own)
  return fault && { ...fault, line: lineInFile(body, statement.at.line) }
}

function partOf(
  read: Exclude<Read, { readonly kind: 'error' }>,
  body: SqlBody,
): SectionReading | FaultInFile | undefined {
  if (read.kind === 'meta') return metaCommandFault(read, lineInFile(body, read.at.line))
  if (read.kind === 'unparsed') return { statement: unparsed(read, body) }
  const { node, at } = read.statement
  const control = transactionControl(node)
  const refused =
    control?.kind === 'refused' ? control : clientCopy(node) === 'out' ? COPY_OUT : undefined
  if (refused !== undefined) {
    const { found: message, remedy } = refused
    return { code: 'REVISION_UNSUPPORTED', line: lineInFile(body, at.line), message, remedy }
  }
  return {
    statement: toStatement(read, body),
    control: control?.kind === 'refused' ? undefined : control,
  }
}

function placeInFile({ line, column }: ParsePosition, body: SqlBody): ParsePosition {
  return { line: lineInFile(body, line), column }
}

/** What CALL may do is not known, whatever its length. */
function unparsed(
  { text, at, word }: Extract<Read, { readonly kind: 'unparsed' }>,
  body: SqlBody,
): Statement {
  const uncertain = /^call$/i.test(word) ? { uncertain: true as const } : {}
  return Object.freeze({
    text,
    ...placeInFile(at, body),
    transactional: true,
    node: 'unparsed',
    ...uncertain,
  })
}

function toStatement(
  { statement, copy }: Extract<Read, { readonly kind: 'statement' }>,
  body: SqlBody,
): Statement {
  const { text, at, node, endsTransaction } = statement
  const inside = endsTransaction ? 'no' : inTransaction(node)
  const subject = inside === 'yes' ? undefined : subjectOf(node)
  return Object.freeze({
    text,
    ...placeInFile(at, body),
    transactional: inside === 'yes' || 'CallStmt' in node,
    node: nodeName(node),
    ...(inside === 'perhaps' ? { uncertain: true as const } : {}),
    ...(subject && { subject }),
    ...(copy === undefined ? {} : { copy }),
  })
}

function lineInFile(body: SqlBody, line: number): number {
  return body.line + line - 1
}

function syntaxError(
  error: Extract<Parsed, { kind: 'error' }>,
  body: SqlBody,
  file: string,
): GateError {
  const line = lineInFile(body, error.at.line)
  const { column } = error.at
  const at = { row: error.at.line - 1, line, column }
  const message = withoutSecrets(error.message, body.text)
  return new GateError(
    'MIGRATION_FAILED',
    [
      `${file}:${line}:${column}: ${message} (SQLSTATE ${error.sqlstate})`,
      ...excerpt(body.text, at),
    ].join('\n'),
    {
      facts: { file, line, column, source: shownLine(body.text, at.row), ...serverFacts(error) },
      hint: `Fix ${file}:${line}:${column} and run pgate again; nothing was run.`,
    },
  )
}

/**
 * How a revision is to run. `auto`: in one transaction, unless it holds a statement that may not, or
 * ends its transaction itself; `off`: statement by statement; `message`: see {@link Revision}. A module (no statements) runs in one
 * transaction unless `off`.
 * @throws {GateError} REVISION_TRANSACTION where `transaction: on` stands against a statement, or
 *   SET TRANSACTION has no transaction to set
 */
export function executionMode(
  revision: Pick<Revision, 'id' | 'file' | 'transaction'>,
  { begin, statements, control }: Arrangement,
): 'transaction' | 'statements' {
  const refused = statements.filter(({ transactional, batch }) => !transactional || batch)
  const isMessage = revision.transaction === 'message'
  const alone = isMessage && statements.length === 1 ? 'off' : 'auto'
  const transaction = isMessage ? alone : revision.transaction
  if (transaction === 'on') {
    const certain = control ?? refused.find((statement) => statement.uncertain !== true)
    if (certain !== undefined) throw transactionForbidden(revision, certain)
    return 'transaction'
  }
  const isOne = transaction === 'auto' && control === undefined && refused.length === 0
  const [set] = begin
  if (!isOne && set !== undefined) throw nothingToSet(revision, set)
  return isOne ? 'transaction' : 'statements'
}

function nothingToSet(
  { id, file }: Pick<Revision, 'id' | 'file'>,
  { line, column }: Statement,
): GateError {
  return new GateError(
    'REVISION_TRANSACTION',
    `${file}:${line}:${column}: this revision runs statement by statement, and SET TRANSACTION has no transaction to set`,
    {
      facts: { revision: id, file, line, column },
      hint: `Write BEGIN above ${file}:${line} and COMMIT below what it is meant for.`,
    },
  )
}

function transactionForbidden(
  { id, file }: Pick<Revision, 'id' | 'file'>,
  { line, column, node, text }: Statement,
): GateError {
  const words = shownLine(text, 0).slice(0, 60)
  return new GateError(
    'REVISION_TRANSACTION',
    `${file}:${line}:${column}: this cannot stand inside a transaction, and the header says \`transaction: on\`: ${words}`,
    { facts: { revision: id, file, line, column, node } },
  )
}
