import { createHash } from 'node:crypto'
import type { CopyData, RevisionBody } from '../file/revision.ts'
import { cutSql, type Stretch } from './cut.ts'
import {
  advance,
  type Parsed,
  type ParsedStatement,
  type ParsePosition,
  parseStatements,
  START,
} from './parser.ts'

/** One thing that a section holds. */
export type Read =
  | {
      readonly kind: 'statement'
      readonly statement: ParsedStatement
      readonly copy?: CopyData
    }
  | {
      readonly kind: 'unparsed'
      readonly text: string
      readonly at: ParsePosition
      readonly word: string
    }
  | {
      readonly kind: 'meta'
      readonly at: ParsePosition
      readonly command: string
      readonly isAlone: boolean
    }
  | Extract<Parsed, { readonly kind: 'error' }>

/**
 * A longer statement is not parsed: its tree would take fifteen times its size. It is data, an INSERT
 * of many rows, and no statement of that length is refused inside a transaction.
 */
const LONGEST_PARSED = 1024 * 1024

/**
 * The statements of a section, one after another, so that never more than one stretch of it is held
 * as a parse tree. Places are those of the text. The first syntax error is the last thing.
 */
export async function* readStatements(text: string): AsyncGenerator<Read> {
  let at = START
  let passed = 0
  for (const stretch of cutSql(text)) {
    at = advance(at, text.slice(passed, stretch.start))
    passed = stretch.start
    for await (const read of readStretch(text, stretch)) {
      yield moved(read, at)
      if (read.kind === 'error') return
    }
  }
}

/** Places count from the stretch's start. */
async function* readStretch(text: string, stretch: Stretch): AsyncGenerator<Read> {
  const { kind, start, end } = stretch
  const own = text.slice(start, end)
  if (kind === 'meta') {
    const [, command = ''] = /^\\(\S*)/.exec(own) ?? []
    yield { kind: 'meta', at: START, command, isAlone: stretch.isAlone }
    return
  }
  if (own.length > LONGEST_PARSED) {
    const [before] = BEFORE_STATEMENT.exec(own) ?? ['']
    const statement = own.slice(before.length).replace(/\s*;\s*$/, '')
    const [word = ''] = /^\w*/.exec(statement) ?? []
    if (statement !== '')
      yield { kind: 'unparsed', text: statement, at: advance(START, before), word }
    return
  }
  const parsed = await parseStatements(own)
  if (parsed.kind === 'error') return yield parsed
  for (const statement of parsed.statements) {
    const copy = stretch.kind === 'copy' ? { copy: copyOf(text, stretch, statement) } : {}
    yield { kind: 'statement', statement, ...copy }
  }
}

/** Comments and empty statements. */
const BEFORE_STATEMENT = /^(?:\s+|;|--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/

function copyOf(
  text: string,
  { start, end, data }: Extract<Stretch, { readonly kind: 'copy' }>,
  { text: own, node }: ParsedStatement,
): CopyData {
  const relation = 'CopyStmt' in node ? node.CopyStmt.relation?.relname : undefined
  // A statement's own text has no semicolon behind it, and nothing before it.
  const skipped = text.slice(start, end).indexOf(own)
  return {
    data: text.slice(data.start, data.end),
    lineOffset:
      advance(START, text.slice(start, data.start)).line -
      advance(START, text.slice(start, start + skipped)).line,
    relation: relation ?? '',
  }
}

function moved(read: Read, by: ParsePosition): Read {
  if (read.kind !== 'statement') return { ...read, at: shift(read.at, by) }
  return { ...read, statement: { ...read.statement, at: shift(read.statement.at, by) } }
}

function shift({ line, column }: ParsePosition, by: ParsePosition): ParsePosition {
  return { line: by.line + line - 1, column: line === 1 ? by.column + column - 1 : column }
}

/** Collects what the statements of a section mean, one after another. */
interface MeaningHash {
  readonly add: (read: Read) => void
  /** SHA-256 in hex. */
  readonly digest: () => string
}

/**
 * What statements mean: their parse trees without the places in the text, so that comments, white space
 * and the case of keywords do not count. A statement that is too long to be parsed means its text.
 */
export function meaningHash(): MeaningHash {
  const hash = createHash('sha256')
  const add = (read: Read) => {
    if (read.kind === 'statement') {
      hash.update(`${JSON.stringify(read.statement.node).replaceAll(PLACE, '')}\0`)
      if (read.copy !== undefined) hash.update(`${read.copy.data}\0`)
    } else if (read.kind === 'unparsed') hash.update(`${read.text}\0`)
  }
  return { add, digest: () => hash.digest('hex') }
}

/** In JSON a quote within a text has a backslash before it, so that this is none. */
const PLACE = /"(?:\w*_)?location":-?\d+,?|"(?:list_start|list_end)":-?\d+,?/g

/**
 * SHA-256 in hex over what a section means; `null` for a module, whose meaning nobody knows, and for
 * SQL that cannot be parsed.
 */
export async function meaningOf(body: RevisionBody): Promise<string | null> {
  if (body.kind !== 'sql') return null
  const { add, digest } = meaningHash()
  for await (const read of readStatements(body.text)) {
    if (read.kind === 'error') return null
    add(read)
  }
  return digest()
}
