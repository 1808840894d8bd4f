import fc from 'fast-check'
import { GateError } from '../../../src/errors/error.ts'
import { sized } from '../run/long.ts'

interface Edit {
  readonly kind: 'cut' | 'put' | 'repeat' | 'overwrite' | 'end'
  /** Where, and how far, as parts of the whole: an edit fits texts of any length. */
  readonly at: number
  readonly length: number
  readonly text: string
}

/** What breaks a parser more often than a random letter does. */
const AWKWARD = [
  ...[
    '',
    ' ',
    '\n',
    '\n\n',
    '\r\n',
    '\r',
    '\t',
    '\u0000',
    '\u001b[2J',
    '\ufeff',
    '\u2028',
    '\u202e',
  ],
  ...["'", '"', '`', '\\', '$$', '$x$', ';', ':', ',', '--', '/*', '*/', '-- ', '{', '}', '[', ']'],
  ...['@', '/', '?', '&', '=', '%', '%00', '%ff', '%C3', '+', '-', '#', '..', '../', '<<<<<<<'],
  ...['é', '日本', '🚀', '\ud800', '\udc00', 'null', 'none', 'base', 'head', '0', '-1', '1e999'],
  ...['__proto__', 'constructor', 'toString', 'x'.repeat(70)],
]

const character = fc.integer({ min: 0, max: 0x10ffff }).map((point) => String.fromCodePoint(point))

/** How often a property is tried; TEST_FUZZ_FACTOR in the environment decides, too. */
export function runs(number: number): { readonly numRuns: number } {
  return {
    numRuns: number * Number(process.env.TEST_FUZZ_FACTOR ?? sized({ sample: 1, whole: 20 })),
  }
}

/** Any text, made of letters and of what breaks parsers; `words` are the format's own. */
export function anyText(words: readonly string[] = []): fc.Arbitrary<string> {
  const piece = fc.oneof(
    fc.constantFrom(...AWKWARD, ...words),
    fc.string({ unit: character, maxLength: 8 }),
    fc.string({ maxLength: 8 }),
  )
  return fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''))
}

/** One of the texts with up to six parts cut out, put in, said again or overwritten. */
export function mutated(
  texts: readonly string[],
  words: readonly string[] = [],
): fc.Arbitrary<string> {
  const edit = fc.record<Edit>({
    kind: fc.constantFrom('cut', 'put', 'put', 'repeat', 'overwrite', 'end'),
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    length: fc.oneof(fc.constant(0), fc.double({ min: 0, max: 0.3, noNaN: true })),
    text: fc.oneof(fc.constantFrom(...AWKWARD, ...words), fc.string({ maxLength: 4 })),
  })
  return fc
    .tuple(fc.constantFrom(...texts), fc.array(edit, { minLength: 1, maxLength: 6 }))
    .map(([text, edits]) => edits.reduce(edited, text))
}

function edited(text: string, { kind, at, length, text: put }: Edit): string {
  const start = Math.floor(at * text.length)
  const end = start + 1 + Math.floor(length * text.length)
  if (kind === 'put') return text.slice(0, start) + put + text.slice(start)
  if (kind === 'repeat') return text.slice(0, end) + text.slice(start)
  if (kind === 'end') return text.slice(0, start)
  return text.slice(0, start) + (kind === 'cut' ? '' : put) + text.slice(end)
}

/** What came of an act that may be refused, never more than that. */
export type Outcome<T> =
  | { readonly kind: 'result'; readonly result: T }
  | { readonly kind: 'refused'; readonly failure: GateError }

/** The result or the GateError; any other error is one that nobody handled, and is thrown. */
export async function outcomeOf<T>(act: () => T | Promise<T>): Promise<Outcome<T>> {
  try {
    return { kind: 'result', result: await act() }
  } catch (error) {
    if (error instanceof GateError) return { kind: 'refused', failure: error }
    throw error
  }
}

/** All that a failure says, to people and to programs. */
export function saidBy({ message, hint, facts, stack }: GateError): string {
  return [message, hint, JSON.stringify(facts), stack].join('\n')
}
