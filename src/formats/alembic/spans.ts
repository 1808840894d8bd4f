import type { Place } from '../../revisions/sql/parser.ts'

/** A part of a text: from one index up to, and without, another. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Turns places (1-based lines and columns, in characters) into indices of the text. */
export function indexOfPlaces(text: string): (place: Place) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return ({ line, column }) => {
    let index = starts[line - 1] ?? text.length
    for (let passed = 1; passed < column; passed += 1) {
      index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
    }
    return index
  }
}

/**
 * What is left of a part of the text when spans, in order, are cut out of it, each with the rest of
 * its line and the empty lines below it. What is left keeps its characters.
 */
export function withoutSpans(text: string, whole: Span, spans: readonly Span[]): string {
  let kept = ''
  let from = whole.start
  for (const { start, end } of spans) {
    kept += text.slice(from, start)
    const [rest = ''] = /^(?:[ \t]*\n)*/.exec(text.slice(end, whole.end)) ?? []
    from = end + rest.length
  }
  return trimmed(kept + text.slice(from, whole.end))
}

/** Without empty lines around it; the first line keeps its indentation. */
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}
