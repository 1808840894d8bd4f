/**
 * The word of `known` that `word` was most likely meant to be, or undefined where none is near:
 * at most one slip (a letter added, lost, changed, or two swapped) for every three letters, case
 * not counted. The earlier of two equally near words wins.
 *
 * @example nearest('PGATE_WAIT_TIMOUT', ['PGATE_ROLE', 'PGATE_WAIT_TIMEOUT']) // PGATE_WAIT_TIMEOUT
 */
export function nearest(word: string, known: readonly string[]): string | undefined {
  let best: { readonly candidate: string; readonly slips: number } | undefined
  for (const candidate of known) {
    const slips = editDistance(word.toLowerCase(), candidate.toLowerCase())
    const allowed = Math.max(1, Math.floor(Math.min(word.length, candidate.length) / 3))
    if (slips <= allowed && slips < (best?.slips ?? Number.POSITIVE_INFINITY)) {
      best = { candidate, slips }
    }
  }
  return best?.candidate
}

/**
 * How many slips lie between two words; a swap of neighbours counts once.
 *
 * @see https://en.wikipedia.org/wiki/Damerau–Levenshtein_distance (optimal string alignment)
 */
function editDistance(from: string, to: string): number {
  const table = [Array.from({ length: to.length + 1 }, (_, column) => column)]
  const at = (row: number, column: number) => table[row]?.[column] ?? Number.POSITIVE_INFINITY
  for (let row = 1; row <= from.length; row += 1) {
    const line = [row]
    table.push(line)
    for (let column = 1; column <= to.length; column += 1) {
      const differs = from[row - 1] === to[column - 1] ? 0 : 1
      const swapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      line.push(
        Math.min(
          at(row - 1, column) + 1,
          at(row, column - 1) + 1,
          at(row - 1, column - 1) + differs,
          swapped ? at(row - 2, column - 2) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
  }
  return at(from.length, to.length)
}
