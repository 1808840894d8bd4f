import { isStringPrefix, readString } from './strings.ts'

/** A word, a literal or a sign of a Python file. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign'
  /** As it stands there. */
  readonly text: string
  /** What a string says, where that is known. @see readString */
  readonly value: string | undefined
  readonly start: number
  /** 1-based. */
  readonly line: number
}

/** One logical line: what stands in brackets, or behind a backslash, goes over several. */
export interface LogicalLine {
  /** The column that it begins at: 0 at the level of the module. */
  readonly indent: number
  readonly tokens: readonly Token[]
}

/** A line that no Python file can have. */
export interface PythonFault {
  readonly line: number
  readonly found: string
}

type Tokenized =
  | { readonly lines: readonly LogicalLine[]; readonly fault?: never }
  | { readonly fault: PythonFault; readonly lines?: never }

/** A name, a number or a sign; else a space, a comment, the end of a line, or a quote. */
const PIECE =
  /([A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)|(\.?\d(?:[eE][+-]|[\w.])*)|(\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|[-+*/%@&|^=!<>]=|\*\*|\/\/|<<|>>|[^\s\w"'#\\])|[ \t\f]+|\\\n|#[^\n]*|[\n"']/y

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** How far a text has been read. */
interface Reading {
  readonly text: string
  at: number
  /** 1-based. */
  line: number
  readonly lines: LogicalLine[]
  /** Of the logical line that is being read. */
  tokens: Token[]
  /** The brackets that are open. */
  readonly open: Token[]
}

/**
 * Cuts a Python file into logical lines. Knows no more of the language than is needed to see where
 * a statement of the module's own level begins and ends. Linear in the text.
 */
export function tokenize(text: string): Tokenized {
  const reading: Reading = { text, at: 0, line: 1, lines: [], tokens: [], open: [] }
  while (reading.at < text.length) {
    const fault = readOne(reading)
    if (fault !== undefined) return { fault }
  }
  const opened = reading.open.at(-1)
  if (opened !== undefined) {
    return { fault: { line: opened.line, found: `the \`${opened.text}\` here is not closed` } }
  }
  endLine(reading)
  return { lines: reading.lines }
}

function readOne(reading: Reading): PythonFault | undefined {
  const { text, at, line, open } = reading
  PIECE.lastIndex = at
  const [piece = '', name, number, sign] = PIECE.exec(text) ?? []
  if (piece === '') return { line, found: 'a character stands here that Python has no use for' }
  if (name !== undefined) {
    const isPrefix = isStringPrefix(name) && /["']/.test(text.charAt(at + name.length))
    return isPrefix ? readLiteral(reading, name) : take(reading, 'name', name)
  }
  if (number !== undefined) return take(reading, 'number', number)
  if (sign !== undefined) return readSign(reading, sign)
  if (piece === '"' || piece === "'") return readLiteral(reading, '')
  if (piece === '\n' && open.length === 0) endLine(reading)
  if (piece.endsWith('\n')) reading.line += 1
  reading.at += piece.length
  return undefined
}

function readLiteral(reading: Reading, prefix: string): PythonFault | undefined {
  const literal = readString(reading.text, reading.at + prefix.length, prefix)
  if (literal === undefined) {
    return { line: reading.line, found: 'the string that begins here is not closed' }
  }
  const { end, value } = literal
  const text = reading.text.slice(reading.at, end)
  take(reading, 'string', text, value)
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) reading.line += 1
  return undefined
}

function readSign(reading: Reading, sign: string): PythonFault | undefined {
  const { open, line } = reading
  const wanted = CLOSES[sign]
  if (wanted !== undefined && open.pop()?.text !== wanted) {
    return { line, found: `a \`${sign}\` without its \`${wanted}\`` }
  }
  if ('([{'.includes(sign))
    open.push({ kind: 'sign', text: sign, value: undefined, start: reading.at, line })
  return take(reading, 'sign', sign)
}

function take(reading: Reading, kind: Token['kind'], text: string, value?: string): undefined {
  reading.tokens.push({ kind, text, value, start: reading.at, line: reading.line })
  reading.at += text.length
}

function endLine(reading: Reading): void {
  const [first] = reading.tokens
  if (first === undefined) return
  const indent = first.start - reading.text.lastIndexOf('\n', first.start - 1) - 1
  reading.lines.push({ indent, tokens: reading.tokens })
  reading.tokens = []
}

/** The parts between such signs that stand outside brackets. */
export function splitAt(tokens: readonly Token[], sign: string): readonly (readonly Token[])[] {
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'sign' && '([{'.includes(token.text)) depth += 1
    if (token.kind === 'sign' && ')]}'.includes(token.text)) depth -= 1
    if (depth === 0 && token.kind === 'sign' && token.text === sign) parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}
