import type { Node } from 'libpg-query'
import { useBaselineWasm } from '../../base/v8-flags.ts'

/** One statement of a SQL text, as PostgreSQL's own grammar (of version 18) cuts it. */
export interface ParsedStatement {
  /** From its first to its last character; no semicolon, no comment before it. */
  readonly text: string
  readonly at: ParsePosition
  readonly node: Node
  /** True for a DO block of PL/pgSQL with COMMIT or ROLLBACK in it. */
  readonly endsTransaction: boolean
}

/** 1-based line and column in the text; a column is one character (code point), as for psql. */
export interface ParsePosition {
  readonly line: number
  readonly column: number
}

export type Parsed =
  | { readonly kind: 'statements'; readonly statements: readonly ParsedStatement[] }
  | {
      readonly kind: 'error'
      readonly at: ParsePosition
      /** PostgreSQL's own words: `syntax error at or near "selec"`. */
      readonly message: string
      readonly sqlstate: '42601' | '54000' | '54001'
    }

export const START: ParsePosition = { line: 1, column: 1 }

/**
 * Parses a SQL text without a server. The parser is a WebAssembly module of 1.7 MB and is loaded by
 * the first call. The text holds no NUL and no byte order mark ({@link decodeText} sees to it): the
 * parser would stop at the one without a word and stumble over the other.
 */
export async function parseStatements(text: string): Promise<Parsed> {
  if (text.trim() === '') return { kind: 'statements', statements: [] }
  useBaselineWasm()
  const { parse, SqlError } = await import('libpg-query')
  let raw: RawStatements
  try {
    raw = (await parse(text)).stmts ?? []
  } catch (error) {
    if (!(error instanceof SqlError)) return { kind: 'error', at: START, ...beyondParser(error) }
    const at = placeOf(text, error.sqlDetails?.cursorPosition ?? 0)
    return { kind: 'error', at, message: error.message, sqlstate: '42601' }
  }
  return { kind: 'statements', statements: await cut(text, raw) }
}

/** The module throws a RangeError where its stack ends, and more than one thing where its memory does. */
function beyondParser(
  error: unknown,
): Pick<Extract<Parsed, { kind: 'error' }>, 'message' | 'sqlstate'> {
  if (error instanceof RangeError) {
    return { message: 'the statement is nested too deeply for the parser', sqlstate: '54001' }
  }
  const message =
    'the parser ran out of memory here, or at a longer text before; cut the longest revision into several'
  return { message, sqlstate: '54000' }
}

type RawStatements = NonNullable<Awaited<ReturnType<typeof import('libpg-query').parse>>['stmts']>

/**
 * Locations are offsets into the UTF-8 bytes; the length is absent on the last statement. Places
 * are counted on from statement to statement, so that the whole is linear.
 */
async function cut(text: string, raw: RawStatements): Promise<readonly ParsedStatement[]> {
  const bytes = Buffer.from(text, 'utf8')
  // A piece of a string shares its memory; the bytes would be copied.
  const isAscii = bytes.length === text.length
  const piece = (from: number, to: number) =>
    isAscii ? text.slice(from, to) : bytes.toString('utf8', from, to)
  const statements: ParsedStatement[] = []
  let at = START
  let offset = 0
  for (const { stmt, stmt_location: start = 0, stmt_len: length } of raw) {
    if (stmt === undefined) continue
    const end = length === undefined || length === 0 ? bytes.length : start + length
    at = advance(at, piece(offset, start))
    offset = start
    const statement = piece(start, end).trimEnd()
    const endsTransaction = await doBlockEndsTransaction(stmt, statement)
    statements.push({ text: statement, at, node: stmt, endsTransaction })
  }
  return statements
}

/** The place behind a text that begins at another. */
export function advance(from: ParsePosition, passed: string): ParsePosition {
  let line = from.line
  let lineStart = 0
  for (let at = passed.indexOf('\n'); at !== -1; at = passed.indexOf('\n', lineStart)) {
    line += 1
    lineStart = at + 1
  }
  let column = lineStart === 0 ? from.column : 1
  for (let at = lineStart; at < passed.length; at += 1) {
    const isSecondHalf = (passed.charCodeAt(at) & 0xfc00) === 0xdc00
    if (!isSecondHalf) column += 1
  }
  return { line, column }
}

/** The parser counts code points from 0; an error at the end is placed where the SQL ends. */
function placeOf(text: string, codePoint: number): ParsePosition {
  const sql = text.trimEnd()
  let index = 0
  for (let point = 0; point < codePoint && index < sql.length; point += 1) {
    index += (sql.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
  }
  return advance(START, sql.slice(0, index))
}

/** Asked of PL/pgSQL's own parser, and only where the words occur at all. */
async function doBlockEndsTransaction(node: Node, text: string): Promise<boolean> {
  if (!('DoStmt' in node) || !/\b(?:commit|rollback)\b/i.test(text)) return false
  const { parsePlPgSQL } = await import('libpg-query')
  try {
    const tree = JSON.stringify(await parsePlPgSQL(text))
    return /"PLpgSQL_stmt_(?:commit|rollback)"/.test(tree)
  } catch {
    // Another language, or a body that PL/pgSQL will refuse: the server says so when it runs.
    return false
  }
}
