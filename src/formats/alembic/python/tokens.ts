import { isStringPrefix, readString } from './strings.ts'

/** A word, a literal or a sign of a Python file. */
export interface Token {
  readonly kind: 'name' | 'number' | 'string' | 'sign'
  /** As it stands there. */
  readonly text: string
  /** What a string says, where that is known. @see readString */
  readonly value?: string
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

const SPACE = /[ \t\f]+|\\\n|#[^\n]*/y
const NAME = /[\p{L}\p{Nl}_][\p{L}\p{Nl}\p{Mn}\p{Mc}\p{Nd}\p{Pc}]*/uy
const NUMBER = /\.?\d(?:[eE][+-]|[\w.])*/y
const SIGN = /\*\*=|\/\/=|>>=|<<=|\.\.\.|->|:=|[-+*/%@&|^=!<>]=|\*\*|\/\/|<<|>>|[^\s\w"'#\\]/uy

const CLOSES: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' }

/** How far a text has been read. */
interface Reading {
  readonly text: string
  at: number
  readonly lines: LogicalLine[]
  /** Of the logical line that is being read. */
  tokens: Token[]
  /** The brackets that are open. */
  readonly open: Token[]
  /** The 1-based line of `counted`. */
  line: number
  counted: number
}

/**
 * Cuts a Python file into logical lines. Knows no more of the language than is needed to see where
 * a statement of the module's own level begins and ends. Linear in the text.
 */
export function tokenize(text: string): Tokenized {
  const reading: Reading = { text, at: 0, lines: [], tokens: [], open: [], line: 1, counted: 0 }
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
  const { text, at, open } = reading
  if (text.charAt(at) === '\n') {
    if (open.length === 0) endLine(reading)
    reading.at += 1
    return undefined
  }
  const space = match(SPACE, reading)
  if (space !== '') {
    reading.at += space.length
    return undefined
  }
  const name = match(NAME, reading)
  if (isQuote(text.charAt(at + name.length)) && (name === '' || isStringPrefix(name))) {
    return readLiteral(reading, name)
  }
  if (name !== '') return take(reading, 'name', name)
  const number = match(NUMBER, reading)
  return number === '' ? readSign(reading) : take(reading, 'number', number)
}

function readLiteral(reading: Reading, prefix: string): PythonFault | undefined {
  const literal = readString(reading.text, reading.at + prefix.length, prefix)
  if (literal === undefined) {
    return { line: lineHere(reading), found: 'the string that begins here is not closed' }
  }
  const { end, value } = literal
  const text = reading.text.slice(reading.at, end)
  return take(reading, 'string', text, value === undefined ? {} : { value })
}

function readSign(reading: Reading): PythonFault | undefined {
  const { open } = reading
  const sign = match(SIGN, reading)
  const line = lineHere(reading)
  if (sign === '') return { line, found: 'a character stands here that Python has no use for' }
  const wanted = CLOSES[sign]
  if (wanted !== undefined && open.pop()?.text !== wanted) {
    return { line, found: `a \`${sign}\` without its \`${wanted}\`` }
  }
  if ('([{'.includes(sign)) open.push({ kind: 'sign', text: sign, start: reading.at, line })
  return take(reading, 'sign', sign)
}

function take(
  reading: Reading,
  kind: Token['kind'],
  text: string,
  value: Pick<Token, 'value'> = {},
): undefined {
  reading.tokens.push({ kind, text, ...value, start: reading.at, line: lineHere(reading) })
  reading.at += text.length
}

function endLine(reading: Reading): void {
  const [first] = reading.tokens
  if (first === undefined) return
  const indent = first.start - reading.text.lastIndexOf('\n', first.start - 1) - 1
  reading.lines.push({ indent, tokens: reading.tokens })
  reading.tokens = []
}

function match(pattern: RegExp, { text, at }: Reading): string {
  pattern.lastIndex = at
  return pattern.exec(text)?.[0] ?? ''
}

function lineHere(reading: Reading): number {
  for (; reading.counted < reading.at; reading.counted += 1) {
    if (reading.text.charAt(reading.counted) === '\n') reading.line += 1
  }
  return reading.line
}

function isQuote(character: string): boolean {
  return character === '"' || character === "'"
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
