import { type LiteralValue, literalOf } from './literal.ts'
import { type LogicalLine, type PythonFault, splitAt, type Token, tokenize } from './tokens.ts'

/** What a Python file says at the level of the module, as far as literals go. */
export interface PythonModule {
  /** The string that it begins with. */
  readonly docstring?: string
  /** By name; where it is assigned twice, the last time counts. */
  readonly assigned: ReadonlyMap<string, Assignment>
  /** Of the module's own level. */
  readonly functions: ReadonlySet<string>
}

export interface Assignment {
  /** 1-based. */
  readonly line: number
  /** Undefined where only Python can know it. */
  readonly value: LiteralValue | undefined
  /** The statement's words as they stand there, at most {@link SHOWN} characters. */
  readonly found: string
}

type ReadModule =
  | { readonly module: PythonModule; readonly fault?: never }
  | { readonly fault: PythonFault; readonly module?: never }

/**
 * Reads the assignments to `names`, in a file that is neither run nor imported. One that stands under
 * a condition, is unpacked or imported has no value that a reader can know.
 */
export function readModule(text: string, names: ReadonlySet<string>): ReadModule {
  const { lines, fault } = tokenize(text)
  if (fault !== undefined) return { fault }
  const assigned = new Map<string, Assignment>()
  const functions = new Set<string>()
  const blocks: Block[] = []
  for (const line of lines) {
    const [first] = line.tokens
    if (first === undefined) continue
    if (isConflictMark(line)) {
      return { fault: { line: first.line, found: 'the mark of a merge conflict' } }
    }
    while ((blocks.at(-1)?.indent ?? -1) >= line.indent) blocks.pop()
    const isOwnScope = blocks.some(({ isScope }) => isScope)
    const header = headerOf(line)
    if (header !== undefined) blocks.push({ indent: line.indent, isScope: header.isScope })
    if (blocks.length <= 1 && header?.name !== undefined) functions.add(header.name)
    if (isOwnScope) continue
    const isCertain = blocks.length === 0
    // Of a function or a class the name alone is bound out here.
    const bound = header?.isScope === true ? line.tokens.slice(0, 3) : line.tokens
    for (const each of bindings(bound, names, text)) {
      assigned.set(each.name, isCertain ? each : { ...each, value: undefined })
    }
  }
  const docstring = docstringOf(lines[0])
  return {
    module: { assigned, functions, ...(docstring !== undefined && { docstring }) },
  }
}

/** A compound statement whose lines are read now. */
interface Block {
  readonly indent: number
  /** Whether names that are assigned in it are its own. */
  readonly isScope: boolean
}

function isConflictMark({ indent, tokens }: LogicalLine): boolean {
  const [first, second] = tokens
  return indent === 0 && first?.text === second?.text && /^(?:<<|>>|==)$/.test(first?.text ?? '')
}

const COMPOUND = /^(?:if|elif|else|for|while|try|except|finally|with|async|def|class)$/

/** Whether a line opens a block, and the name of the function that it defines. */
function headerOf({ tokens }: LogicalLine): { isScope: boolean; name?: string } | undefined {
  const words = tokens.slice(0, 3).map(({ text }) => text)
  const [first = '', second = ''] = words[0] === 'async' ? words.slice(1) : words
  if (!COMPOUND.test(first) && tokens.at(-1)?.text !== ':') return undefined
  const isScope = first === 'def' || first === 'class'
  return first === 'def' ? { isScope, name: second } : { isScope }
}

function docstringOf(line: LogicalLine | undefined): string | undefined {
  const value = line?.indent === 0 ? literalOf(line.tokens) : undefined
  return typeof value === 'string' ? value : undefined
}

interface Bound extends Assignment {
  readonly name: string
}

/** What a line binds, of the names that are asked for. */
function* bindings(
  tokens: readonly Token[],
  names: ReadonlySet<string>,
  text: string,
): Generator<Bound> {
  // Most lines are imports or the body of something.
  if (!tokens.some((token) => names.has(token.text))) return
  for (const statement of splitAt(tokens, ';')) {
    const found = textOf(statement, text)
    const parts = splitAt(statement, '=')
    const value = parts.length > 1 ? literalOf(parts.at(-1) ?? []) : undefined
    for (const target of targetsOf(statement, parts)) {
      const [{ text: name = '', line = 1 } = {}] = target
      const isPlain = !COMPOUND.test(name) && (target.length === 1 || target[1]?.text === ':')
      for (const bound of isPlain ? [name] : target.map((token) => token.text)) {
        if (names.has(bound)) yield { name: bound, line, found, value: isPlain ? value : undefined }
      }
    }
  }
}

/** What a statement of these words binds has no value that could be read. */
const BINDS = /^(?:for|with|async|case|except|del|import|def|class)$/

/** Left of each `=`, of `:=`, `+=` and the like, or what an import brings. */
function targetsOf(
  statement: readonly Token[],
  parts: readonly (readonly Token[])[],
): readonly (readonly Token[])[] {
  const [first] = statement
  if (first?.text === 'from') return importedBy(statement)
  if (BINDS.test(first?.text ?? '')) return statement.map((token) => [token, token])
  const named = statement.filter((_, index) => statement[index + 1]?.text === ':=')
  if (named.length > 0) return named.map((token) => [token, token])
  if (parts.length > 1) return parts.slice(0, -1).filter((part) => part[1]?.text !== '.')
  const sign = statement.findIndex(({ text, kind }) => kind === 'sign' && /^[^=!<>:]+=$/.test(text))
  return sign === -1 ? [] : [statement.slice(0, sign + 1)]
}

/** `from x import a as b, c` brings b and c; each comes with a token more, as it has no value. */
function importedBy(statement: readonly Token[]): readonly (readonly Token[])[] {
  const at = statement.findIndex(({ text }) => text === 'import')
  return statement
    .slice(at + 1)
    .filter(({ kind }, index, all) => kind === 'name' && all[index + 1]?.text !== 'as')
    .map((token) => [token, token])
}

const SHOWN = 60

function textOf(tokens: readonly Token[], text: string): string {
  const [first, last] = [tokens[0], tokens.at(-1)]
  if (first === undefined || last === undefined) return ''
  const words = text.slice(first.start, last.start + last.text.length).replace(/\s+/g, ' ')
  return words.length > SHOWN ? `${words.slice(0, SHOWN)}…` : words
}
