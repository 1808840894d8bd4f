/** A string literal of Python. */
export interface StringLiteral {
  /** The index behind its closing quote. */
  readonly end: number
  /** What it says; undefined where only Python can know: an f-string, bytes, `\N{…}`. */
  readonly value: string | undefined
}

/** What Python takes for one, at the most, inside each other. */
const DEEPEST = 100

/**
 * Reads the string literal whose opening quote stands at `at`, its prefix (`r`, `f`, `rb`) before it.
 * Undefined where it is not closed. Linear in the text.
 */
export function readString(text: string, at: number, prefix: string): StringLiteral | undefined {
  const kind = prefix.toLowerCase()
  const quote = quoteAt(text, at)
  const start = at + quote.length
  if (/[ft]/.test(kind)) {
    const end = templateEnd(text, start, { quote, depth: 0 })
    return end === undefined ? undefined : { end, value: undefined }
  }
  const close = closingQuote(text, start, quote)
  if (close === undefined) return undefined
  const inside = text.slice(start, close)
  const end = close + quote.length
  if (kind.includes('b')) return { end, value: undefined }
  return { end, value: kind.includes('r') ? inside : unescaped(inside) }
}

/** What may stand before a quote. */
export function isStringPrefix(word: string): boolean {
  return /^(?:[rbuft]|r[bft]|[bft]r)$/i.test(word)
}

function quoteAt(text: string, at: number): string {
  const one = text.charAt(at)
  return text.startsWith(one.repeat(3), at) ? one.repeat(3) : one
}

function closingQuote(text: string, start: number, quote: string): number | undefined {
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (character === '\\') at += 1
    else if (text.startsWith(quote, at)) return at
    else if (character === '\n' && quote.length === 1) return undefined
  }
  return undefined
}

interface Template {
  readonly quote: string
  readonly depth: number
}

/** Behind the closing quote of an f-string, in whose braces anything may stand, strings among it. */
function templateEnd(text: string, start: number, template: Template): number | undefined {
  const close = templateStop(text, start, template, '')
  return close === undefined ? undefined : close + template.quote.length
}

/** Where the text of an f-string stops: at its quote or, in a format, at the brace. */
function templateStop(
  text: string,
  start: number,
  template: Template,
  stop: string,
): number | undefined {
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (stop === '' ? text.startsWith(template.quote, at) : character === stop) return at
    if (character === '\n' && template.quote.length === 1) return undefined
    if (character === '\\' && !/[{}]/.test(text.charAt(at + 1))) at += 1
    else if (character === '{' && text.charAt(at + 1) === '{' && stop === '') at += 1
    else if (character === '{') {
      const close = fieldEnd(text, at + 1, { ...template, depth: template.depth + 1 })
      if (close === undefined) return undefined
      at = close
    }
  }
  return undefined
}

/** The brace that closes a field of an f-string. */
function fieldEnd(text: string, start: number, template: Template): number | undefined {
  if (template.depth > DEEPEST) return undefined
  let brackets = 0
  for (let at = start; at < text.length; at += 1) {
    const character = text.charAt(at)
    if (brackets === 0 && character === '}') return at
    if (brackets === 0 && character === ':') return templateStop(text, at + 1, template, '}')
    if ('([{'.includes(character)) brackets += 1
    else if (')]}'.includes(character)) brackets -= 1
    else if (character === '#') at = lineEnd(text, at)
    else if (character === '"' || character === "'") {
      const end = nestedEnd(text, at, template)
      if (end === undefined) return undefined
      at = end - 1
    }
  }
  return undefined
}

function nestedEnd(text: string, at: number, { depth }: Template): number | undefined {
  const quote = quoteAt(text, at)
  const [prefix = ''] = /[A-Za-z]*$/.exec(text.slice(Math.max(0, at - 3), at)) ?? []
  if (/[ft]/i.test(prefix) && isStringPrefix(prefix)) {
    return templateEnd(text, at + quote.length, { quote, depth })
  }
  const close = closingQuote(text, at + quote.length, quote)
  return close === undefined ? undefined : close + quote.length
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf('\n', at)
  return end === -1 ? text.length : end
}

const SIMPLE: Readonly<Record<string, string>> = {
  ...{ a: '\x07', b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' },
  ...{ '\n': '', '\\': '\\', "'": "'", '"': '"' },
}

const ESCAPE =
  /\\(?:x([\da-fA-F]{2})|u([\da-fA-F]{4})|U([\da-fA-F]{8})|([0-7]{1,3})|(N\{[^}]*\})|([\s\S]))/g

function unescaped(inside: string): string | undefined {
  if (!inside.includes('\\')) return inside
  let isKnown = true
  const value = inside.replace(ESCAPE, (whole, ...groups: readonly (string | undefined)[]) => {
    const [two, four, eight, octal, named, one = ''] = groups
    const hex = two ?? four ?? eight
    const code = hex === undefined ? Number.parseInt(octal ?? '', 8) : Number.parseInt(hex, 16)
    if (named !== undefined || code > 0x10ffff) isKnown = false
    if (!isKnown) return ''
    return Number.isNaN(code) ? (SIMPLE[one] ?? whole) : String.fromCodePoint(code)
  })
  return isKnown ? value : undefined
}
