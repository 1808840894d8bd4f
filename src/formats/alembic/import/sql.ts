import { inTransaction, refusedStatement } from '../../../revisions/sql/classify.ts'
import { type ParsedStatement, parseStatements } from '../../../revisions/sql/parser.ts'
import { type ImportSource, importInvalid } from '../../import-invalid.ts'
import { doubledPercent, lostParameter, type Percents } from './misrendered.ts'
import { notSql } from './not-sql.ts'
import {
  indexOfPlaces,
  readStepLine,
  type Span,
  STEP_LINE,
  type StepLine,
  withoutSpans,
} from './stream.ts'
import { notRendered } from './truncated.ts'
import { bookkeepingOf, type RowChange } from './version-rows.ts'

/** One revision in one direction, as `alembic upgrade --sql` or `downgrade --sql` wrote it. */
export interface AlembicStep extends StepLine {
  readonly source: ImportSource
  /** 1-based, of the comment that opens it. */
  readonly line: number
  /** Its SQL as it stands there, without what Alembic keeps its books with. */
  readonly sql: string
  /** The version rows that it takes the place of. */
  readonly replaced: readonly string[]
  /** True where it leaves its transaction for statements that could run in it all the same. */
  readonly autocommit: boolean
}

/**
 * Cuts Alembic's offline SQL into its revisions, in order. Several runs, of both directions, may
 * follow each other in one text. Statements are distinguished by PostgreSQL's own parser, so that a
 * string or a function's body may hold anything; without a server.
 *
 * @param versionTable the table's name, without its schema
 * @param percents what `%%` means, where every `%` is double
 * @throws {GateError} IMPORT_INVALID for what is not such SQL, or not all of it
 */
export async function parseAlembicSql(
  source: ImportSource,
  versionTable: string,
  percents: Percents = 'refuse',
): Promise<readonly AlembicStep[]> {
  const parsed = await parseStatements(source.text)
  if (parsed.kind === 'error') throw notSql(source, parsed)
  const statements = placed(source, parsed.statements)
  const openings = openingsOf(source, statements)
  checkAbove(source, statements, { until: openings[0]?.start ?? source.text.length, versionTable })
  if (openings.length === 0) throw noStep(source)
  checkWhole(source, statements, { openings, versionTable })
  const doubled = doubledPercent(
    source,
    statements.filter(({ node }) => bookkeepingOf(node, versionTable) === undefined),
  )
  if (doubled !== undefined && percents === 'refuse') throw doubled
  return openings.map((opening, index) => {
    const end = openings[index + 1]?.start ?? source.text.length
    const own = statements.filter(({ start }) => start >= opening.end && start < end)
    const step = stepOf({ source, versionTable, opening, end }, own)
    return percents === 'halve' ? { ...step, sql: step.sql.replaceAll('%%', '%') } : step
  })
}

/** A statement and where it stands in the text, its semicolons included. */
interface PlacedStatement extends ParsedStatement, Span {}

interface StepOpening extends StepLine, Span {
  readonly line: number
}

function placed(
  { text }: ImportSource,
  statements: readonly ParsedStatement[],
): readonly PlacedStatement[] {
  const indexOf = indexOfPlaces(text)
  return statements.map((statement) => {
    const start = indexOf(statement.at)
    const after = start + statement.text.length
    const [semicolons = ''] = /^(?:\s*;)+/.exec(text.slice(after, after + 100)) ?? []
    return { ...statement, start, end: after + semicolons.length }
  })
}

/** Only what stands between two statements is a comment of Alembic's own. */
function openingsOf(
  source: ImportSource,
  statements: readonly PlacedStatement[],
): readonly StepOpening[] {
  const { text } = source
  let line = 1
  let counted = 0
  const ends = [0, ...statements.map(({ end }) => end)]
  return ends.flatMap((from, index) => {
    const gap = text.slice(from, statements[index]?.start ?? text.length)
    return [...gap.matchAll(STEP_LINE)].map((match) => {
      const start = from + match.index
      line += text.slice(counted, start).split('\n').length - 1
      counted = start
      return { ...readStepLine(match, { source, line }), line, start, end: start + match[0].length }
    })
  })
}

interface AlembicSection {
  readonly source: ImportSource
  readonly versionTable: string
  readonly opening: StepOpening
  readonly end: number
}

function stepOf(section: AlembicSection, statements: readonly PlacedStatement[]): AlembicStep {
  const { source, versionTable, opening } = section
  const { start: _, end: from, ...stepLine } = opening
  const books: PlacedStatement[] = []
  const changes: RowChange[] = []
  let leaves = false
  for (const statement of statements) {
    const book = bookkeepingOf(statement.node, versionTable)
    if (book === undefined) refuse(source, statement)
    else books.push(statement)
    if (book?.kind === 'foreign-rows') throw foreignRows(source, statement, versionTable)
    if (book?.kind === 'version-rows') changes.push(book.change)
    if (book?.kind === 'transaction' && book.ends && changes.length === 0) leaves = true
  }
  const removed = changes.flatMap((change) => change.removed)
  const added = changes.flatMap((change) => change.added)
  checkRecorded({ source, opening, versionTable }, { removed, added })
  const own = statements.filter((statement) => !books.includes(statement))
  return Object.freeze({
    ...stepLine,
    source,
    sql: withoutSpans(source.text, { start: from, end: section.end }, books),
    replaced: removed,
    autocommit: leaves && own.every(({ node }) => inTransaction(node) === 'yes'),
  })
}

function refuse(source: ImportSource, statement: PlacedStatement): void {
  const refused = refusedStatement(statement.node)
  if (refused !== undefined) throw importInvalid({ source, line: statement.at.line, ...refused })
  const lost = lostParameter(source, statement)
  if (lost !== undefined) throw lost
}

/** A step whose row is not written was not finished: Alembic failed in the midst of it. */
function checkRecorded(
  { source, opening, versionTable }: Omit<AlembicSection, 'end'>,
  { removed, added }: RowChange,
): void {
  const { line, id, direction } = opening
  const written = direction === 'upgrade' ? added : removed
  if (written.length === 1 && written[0] === id) return
  const found =
    removed.length + added.length === 0
      ? `revision ${id} begins here and nothing records it in ${versionTable}`
      : `${versionTable} gets ${[...written].join(', ') || 'no row'} where ${id} is expected`
  const remedy =
    'see whether Alembic failed half-way (the SQL then ends early); PGATE_VERSION_TABLE names the table where it is another'
  throw importInvalid({ source, line, found, remedy })
}

function foreignRows(source: ImportSource, { at }: PlacedStatement, versionTable: string) {
  return importInvalid({
    source,
    line: at.line,
    found: `the revision writes to ${versionTable} itself`,
    remedy: 'take the statement out: the table is kept for it',
  })
}

/** Above the first revision stand BEGIN and CREATE TABLE; more comes from env.py. */
function checkAbove(
  source: ImportSource,
  statements: readonly PlacedStatement[],
  { until, versionTable }: { readonly until: number; readonly versionTable: string },
): void {
  const strange = statements.find(
    ({ start, node }) => start < until && bookkeepingOf(node, versionTable) === undefined,
  )
  if (strange === undefined) return
  const words = (strange.text.split('\n')[0] ?? '').slice(0, 60)
  throw importInvalid({
    source,
    line: strange.at.line,
    found: `this stands above the first revision and belongs to none: ${words}`,
    remedy:
      'take it out, and put it into the first revision file if it is to be run (env.py has it; a version table of another name is PGATE_VERSION_TABLE)',
  })
}

function noStep(source: ImportSource) {
  const empty = source.text.trim() === ''
  return importInvalid({
    source,
    found: empty ? 'it is empty' : 'there is no `-- Running upgrade …` line in it',
    remedy: empty
      ? 'see whether Alembic failed; it says so on standard error'
      : 'give what `alembic upgrade head --sql` (or `downgrade head:base --sql`) writes',
  })
}

/** What Alembic opens with BEGIN it closes with COMMIT, unless it fails. */
function checkWhole(
  source: ImportSource,
  statements: readonly PlacedStatement[],
  {
    openings,
    versionTable,
  }: { readonly openings: readonly StepOpening[]; readonly versionTable: string },
): void {
  const last = statements.findLast(({ node }) => bookkeepingOf(node, '')?.kind === 'transaction')
  if (last === undefined) return
  const book = bookkeepingOf(last.node, '')
  if (book?.kind === 'transaction' && book.ends) return
  const [opening, before] = [openings.at(-1), openings.slice(0, -1)]
  const isRecorded = statements.some(
    ({ start, node }) =>
      start >= (opening?.end ?? 0) && bookkeepingOf(node, versionTable)?.kind === 'version-rows',
  )
  if (opening !== undefined && !isRecorded) throw notRendered(source, opening, before)
  throw importInvalid({
    source,
    line: last.at.line,
    found: 'the BEGIN here has no COMMIT: the SQL ends early',
    remedy: 'see why Alembic failed; it says so on standard error',
  })
}
