/** The most that is shown of a text, in characters. */
const MAX_LENGTH = 120
/** How much of what is equal is shown before the first difference. */
const LEAD = 24

/**
 * Two texts cut down to where they first differ, each on one line of at most about 120 characters.
 *
 * @example excerpts('create …300 characters… a > 1)', 'create …300 characters… a > 2)')
 */
export function excerpts(
  expected: string,
  found: string,
): { readonly expected: string; readonly found: string } {
  const [one, other] = [onLine(expected), onLine(found)]
  // Where white space alone differs, the characters themselves have to be shown.
  const [left, right] = one === other ? [visible(expected), visible(found)] : [one, other]
  const start = Math.max(0, firstDifference(left, right) - LEAD)
  const from = Math.max(left.length, right.length) <= MAX_LENGTH ? 0 : start
  return { expected: cut(left, from), found: cut(right, from) }
}

function onLine(text: string): string {
  return text.replaceAll(/\s+/g, ' ').trim()
}

function visible(text: string): string {
  return JSON.stringify(text)
}

function firstDifference(one: string, other: string): number {
  let index = 0
  while (index < one.length && one[index] === other[index]) index += 1
  return index
}

function cut(text: string, from: number): string {
  const end = from + MAX_LENGTH
  return `${from > 0 ? '…' : ''}${text.slice(from, end)}${text.length > end ? '…' : ''}`
}
