import { splitAt, type Token } from './tokens.ts'

/** `None`, a string, or several in a tuple, list or set. */
export type LiteralValue = null | string | readonly string[]

/** Parentheses inside each other, at the most: what a person writes has one pair. */
const DEEPEST = 50

/**
 * The value of an expression; undefined where it is more than a literal. Strings next to each other
 * are one.
 */
export function literalOf(tokens: readonly Token[], depth = 0): LiteralValue | undefined {
  const [first] = tokens
  if (first === undefined || depth > DEEPEST) return undefined
  const items = splitAt(tokens, ',')
  if (items.length > 1) return listOf(items, depth)
  if (first.text === 'None') return tokens.length === 1 ? null : undefined
  if (first.kind === 'string') return joined(tokens)
  const inside = tokens.slice(1, -1)
  if (!isPair(tokens)) return undefined
  if (first.text === '(' && splitAt(inside, ',').length === 1 && inside.length > 0) {
    return literalOf(inside, depth + 1)
  }
  return inside.length === 0 ? emptyOf(first) : listOf(splitAt(inside, ','), depth)
}

/** `{}` is a dictionary. */
function emptyOf({ text }: Token): LiteralValue | undefined {
  return text === '{' ? undefined : []
}

/** Whether the first bracket closes with the last token. */
function isPair(tokens: readonly Token[]): boolean {
  let depth = 0
  return tokens.every(({ kind, text }, index) => {
    if (kind === 'sign' && '([{'.includes(text)) depth += 1
    if (kind === 'sign' && ')]}'.includes(text)) depth -= 1
    return depth > 0 || (index === tokens.length - 1 && index > 0)
  })
}

/** Of strings alone. */
function listOf(
  items: readonly (readonly Token[])[],
  depth: number,
): readonly string[] | undefined {
  // Behind the last comma there may be nothing.
  const given = items.at(-1)?.length === 0 ? items.slice(0, -1) : items
  const values = given.map((item) => literalOf(item, depth + 1))
  const strings = values.filter((value) => typeof value === 'string')
  return strings.length === values.length ? strings : undefined
}

function joined(tokens: readonly Token[]): string | undefined {
  const values = tokens.map(({ value }) => value)
  return values.every((value) => value !== undefined) ? values.join('') : undefined
}
