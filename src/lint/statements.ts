import type { Revision, SqlBody, Statement } from '../revisions/file/revision.ts'
import { type BatchReader, batchReader } from '../revisions/sql/batches.ts'
import { inTransaction, nodeName, transactionControl } from '../revisions/sql/classify.ts'
import type { ParsedStatement } from '../revisions/sql/parser.ts'
import { type Read, readStatements } from '../revisions/sql/read-statements.ts'
import { type AllowFault, allowsIn } from './allow.ts'
import type { LintStatement } from './statement.ts'

/** A revision's upgrade, read for the rules. */
export interface LintRevision {
  readonly revision: Revision
  readonly file: string
  readonly transaction: Revision['transaction']
  readonly statements: readonly LintStatement[]
  /** With lines of the file. */
  readonly faults: readonly AllowFault[]
  /** Whether not all of it is in `statements`. */
  readonly isWhole: boolean
  /** Why the rules see nothing of it; absent: they do. */
  readonly unread?: string
}

let transactions = 0

/** Reads what a revision does. A module and what only its own tool can run are named, and not read. */
export async function readForLint(revision: Revision): Promise<LintRevision> {
  const { upgrade: body } = revision
  const { file = revision.file, transaction = revision.transaction } =
    body.kind === 'sql' ? body : {}
  const about = { revision, file, transaction, statements: [], faults: [], isWhole: true }
  if (body.kind === 'module')
    return { ...about, unread: 'a module: what it runs shows when it runs' }
  if (body.kind === 'opaque')
    return { ...about, unread: `${body.language}, which ${body.command} runs` }
  const parsed: Parsed[] = []
  let isWhole = false
  const batches = batchReader(body, transaction)
  for await (const read of readStatements(body.text)) {
    if (read.kind === 'error') return { ...about, unread: `it is no SQL: ${read.message}` }
    // An INSERT of more than a megabyte, say.
    if (read.kind === 'unparsed') isWhole = true
    if (read.kind === 'statement') {
      parsed.push({ ...read.statement, ...read.copy, ...inBatches(batches, read, body) })
    }
  }
  return { ...about, isWhole, ...arranged(body, { file, transaction, parsed }) }
}

function inBatches(
  batches: BatchReader,
  read: Extract<Read, { readonly kind: 'statement' }>,
  body: SqlBody,
): { readonly batched?: Statement } {
  const { text, at, node } = read.statement
  const place = { line: body.line + at.line - 1, column: at.column }
  const statement = { text, ...place, transactional: true, node: nodeName(node) }
  const rows = batches.take(read, { statement })[1]?.statement
  return rows === undefined ? {} : { batched: rows }
}

interface Parsed extends ParsedStatement {
  /** Below a COPY … FROM stdin. */
  readonly data?: string
  readonly batched?: Statement
}

interface Reading {
  readonly file: string
  readonly transaction: Revision['transaction']
  readonly parsed: readonly Parsed[]
}

function arranged(body: SqlBody, { file, transaction, parsed }: Reading) {
  const { allows, faults } = allowsIn(body.text)
  const toFile = (line: number) => body.line + line - 1
  const isOne = isOneTransaction(transaction, parsed)
  let open = false
  let end = 0
  transactions += 1
  const statements: LintStatement[] = []
  const used = new Set<number>()
  for (const { node, text, at, endsTransaction, data, batched } of parsed) {
    const above = allows.filter(({ line }) => line > end && line < at.line)
    for (const { line } of above) used.add(line)
    end = at.line + text.split('\n').length - 1
    const control = transactionControl(node)?.kind
    if (control === 'begin' || control === 'commit') {
      open = control === 'begin'
      transactions += 1
      continue
    }
    if (!isOne && !open) transactions += 1
    statements.push({
      ...{ node, text, file, line: toFile(at.line), column: at.column },
      transaction: transactions,
      isTransactional: inTransaction(node) !== 'no' && !endsTransaction,
      allows: above.map((one) => ({ ...one, line: toFile(one.line) })),
      ...(data !== undefined && { copied: data }),
      ...(batched !== undefined && { batched }),
    })
  }
  const stray = allows.filter(({ line }) => !used.has(line)).map(({ line }) => ({ line, ...STRAY }))
  const all = [...faults, ...stray].map((one) => ({ ...one, line: toFile(one.line) }))
  return { statements, faults: all }
}

const STRAY = {
  message: 'an allow line that stands above no statement',
  remedy: 'write it right above the statement that it is for',
}

/** As a run would have it, but for `on`, which stands to what the file says. */
function isOneTransaction(
  transaction: Revision['transaction'],
  parsed: readonly Parsed[],
): boolean {
  if (transaction === 'on') return true
  if (transaction === 'off' || (transaction === 'message' && parsed.length === 1)) return false
  return parsed.every(
    ({ node, endsTransaction, batched }) =>
      batched === undefined &&
      inTransaction(node) !== 'no' &&
      !endsTransaction &&
      !['begin', 'commit'].includes(transactionControl(node)?.kind ?? ''),
  )
}
