import { commentEnd } from '../../postgres/sql/sql-tokens.ts'

/** A stretch of a SQL text: whole statements, a statement with its data, or a line for psql. */
export type Stretch =
  | { readonly kind: 'sql'; readonly start: number; readonly end: number }
  | {
      readonly kind: 'meta'
      readonly start: number
      readonly end: number
      /** False where a statement has begun before it and is not closed. */
      readonly isAlone: boolean
    }
  | {
      readonly kind: 'copy'
      readonly start: number
      /** Behind the statement's semicolon. */
      readonly end: number
      /** The lines of data, without the `\.` that ends them. */
      readonly data: { readonly start: number; readonly end: number }
    }

/** Statements up to this many characters come in one stretch, so that parsing is called less often. */
const STRETCH = 64 * 1024

/**
 * Cuts a SQL text where a statement ends, by psql's rules: no semicolon counts within quotes, dollar
 * quotes, comments, parentheses, or the body of a SQL-standard function. `COPY … FROM stdin` takes
 * the lines below it along, up to `\.`; every other backslash is a command for psql. Reads the text
 * once and copies nothing. What is malformed comes as it is, for the parser to report.
 * @see https://github.com/postgres/postgres/blob/master/src/fe_utils/psqlscan.l
 */
export function* cutSql(text: string): Generator<Stretch> {
  let start = 0
  let statement = newStatement(0)
  const token = new RegExp(TOKEN, 'g')
  for (let match = token.exec(text); match !== null; match = token.exec(text)) {
    const [found] = match
    const at = match.index
    if (found === '\\') {
      if (statement.start > start) yield { kind: 'sql', start, end: statement.start }
      start = lineEnd(text, at)
      yield { kind: 'meta', start: at, end: start, isAlone: !statement.isBegun }
    } else if (found === ';' && isEnd(statement)) {
      const end = at + 1
      if (statement.isCopyIn) {
        if (statement.start > start) yield { kind: 'sql', start, end: statement.start }
        const data = dataBelow(text, end)
        yield { kind: 'copy', start: statement.start, end, data }
        start = data.end
        if (text.startsWith('\\.', start)) start = lineEnd(text, start)
      } else if (end - start >= STRETCH) {
        if (statement.start > start) yield { kind: 'sql', start, end: statement.start }
        yield { kind: 'sql', start: statement.start, end }
        start = end
      }
    } else {
      token.lastIndex = skip(text, { found, end: token.lastIndex }, statement)
      continue
    }
    token.lastIndex = Math.max(token.lastIndex, start)
    statement = newStatement(token.lastIndex)
  }
  if (statement.start > start) yield { kind: 'sql', start, end: statement.start }
  if (statement.start < text.length) yield { kind: 'sql', start: statement.start, end: text.length }
}

const TOKEN =
  /--[^\n]*|\/\*|[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*|\d[\w.]*|\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|[;'"()\\]/

interface StatementReading {
  readonly start: number
  /** Its first words, in lower case; four are enough to know a function. */
  readonly words: string[]
  isBegun: boolean
  parentheses: number
  /** Of BEGIN and CASE in a function's body. */
  blocks: number
  last: string
  isCopyIn: boolean
}

function newStatement(start: number): StatementReading {
  return { start, words: [], isBegun: false, parentheses: 0, blocks: 0, last: '', isCopyIn: false }
}

function isEnd({ parentheses, blocks }: StatementReading): boolean {
  return parentheses === 0 && blocks === 0
}

interface Token {
  readonly found: string
  readonly end: number
}

/** Where reading goes on behind the token; the statement learns what it says. */
function skip(text: string, { found, end }: Token, statement: StatementReading): number {
  statement.isBegun ||= !/^(?:--|\/\*)/.test(found)
  if (found === "'" || found === '"') return behind(text, found, end)
  if (found === '/*') return commentEnd(text, end)
  if (found === '(') statement.parentheses += 1
  else if (found === ')') statement.parentheses = Math.max(0, statement.parentheses - 1)
  else if (found.startsWith('$')) return behind(text, found, end)
  else if (!/^[-\d]/.test(found)) {
    if (/^e$/i.test(found) && text[end] === "'") return behindEscapes(text, end + 1)
    readWord(found.toLowerCase(), statement)
  }
  return end
}

function behind(text: string, closing: string, from: number): number {
  const at = text.indexOf(closing, from)
  return at === -1 ? text.length : at + closing.length
}

/** `E'…\\'…'`, and what goes on with it on the next line. */
function behindEscapes(text: string, from: number): number {
  const mark = /['\\]/g
  mark.lastIndex = from
  for (let match = mark.exec(text); match !== null; match = mark.exec(text)) {
    if (match[0] === '\\' || text[mark.lastIndex] === "'") {
      mark.lastIndex += 1
      continue
    }
    const more = /\s*\n\s*'/y
    more.lastIndex = mark.lastIndex
    if (!more.test(text)) return mark.lastIndex
    mark.lastIndex = more.lastIndex
  }
  return text.length
}

const ROUTINE = /^create (?:or replace )?(?:function|procedure)\b/

function readWord(word: string, statement: StatementReading): void {
  const { words, parentheses, last } = statement
  if (parentheses > 0) return
  if (words.length < 4) words.push(word)
  statement.last = word
  if (words[0] === 'copy') {
    statement.isCopyIn ||= word === 'stdin' && last === 'from'
  } else if (words[0] === 'create' && ROUTINE.test(words.join(' '))) {
    if (word === 'begin' || (word === 'case' && statement.blocks > 0)) statement.blocks += 1
    else if (word === 'end' && statement.blocks > 0) statement.blocks -= 1
  }
}

function lineEnd(text: string, from: number): number {
  const at = text.indexOf('\n', from)
  return at === -1 ? text.length : at + 1
}

/** The lines below the statement's own; `\.` alone on a line ends them. */
function dataBelow(text: string, from: number): { readonly start: number; readonly end: number } {
  const start = lineEnd(text, from)
  for (let line = start; line < text.length; line = lineEnd(text, line)) {
    const isOver =
      text.startsWith('\\.', line) && /^\\\.[ \t]*(?:\n|$)/.test(text.slice(line, line + 80))
    if (isOver) return { start, end: line }
  }
  return { start, end: text.length }
}
