/** The ceiling of the first pause, in milliseconds. */
const FIRST_MS = 50

/** No pause is longer: a server that came up is seen within a second. */
const LONGEST_MS = 1_000

/**
 * How long to pause after the `attempt`-th attempt (1 or more), in milliseconds: between half and
 * the whole of a ceiling that starts at 50 ms, doubles with each attempt and stops at 1 s. The
 * random half keeps pods that were started together from knocking together; the fixed half keeps
 * any of them from hammering.
 *
 * @param random a number in [0, 1)
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("equal jitter")
 * @example pauseMs(1, 0.5) // 37.5
 */
export function pauseMs(attempt: number, random: number): number {
  const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1))
  return ceiling / 2 + (ceiling / 2) * random
}
