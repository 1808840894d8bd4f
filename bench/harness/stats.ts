/** What many runs of the same thing took. */
export interface Summary {
  readonly median: number
  readonly min: number
  readonly max: number
  readonly runs: number
}

/**
 * The median and the extremes.
 * @throws Error for no value at all
 */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = Math.floor(sorted.length / 2)
  const [upper, lower] = [sorted[middle], sorted[Math.max(0, middle - 1)]]
  const [min, max] = [sorted[0], sorted.at(-1)]
  if (upper === undefined || lower === undefined || min === undefined || max === undefined) {
    throw new Error('no value to summarise')
  }
  const median = sorted.length % 2 === 1 ? upper : (lower + upper) / 2
  return { median, min, max, runs: sorted.length }
}
