/** The ceiling of the first pause, in milliseconds. */
const FIRST_MS = 50

/** While a server may come up at any moment: an API that waits for it waits this much longer. */
const EAGER_MS = 100
/** Ten seconds or so: most servers that come up at all have come up by then. */
const EAGER_ATTEMPTS = 120

/** No pause is longer: a server that came up is seen within a second. */
const LONGEST_MS = 1_000

/**
 * How long to pause after the `attempt`-th attempt (1 or more), in milliseconds: between half and
 * the whole of a ceiling that is 50 ms at first, then 100 ms for 120 attempts, and from there doubles
 * with each attempt up to 1 s. The random half keeps pods that were started together from knocking
 * together; the fixed half keeps any of them from hammering.
 *
 * @param random a number in [0, 1)
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ ("equal jitter")
 * @example pauseMs(1, 0.5) // 37.5
 */
export function pauseMs(attempt: number, random: number): number {
  const patient = EAGER_MS * 2 ** Math.max(0, attempt - EAGER_ATTEMPTS)
  const ceiling = attempt === 1 ? FIRST_MS : Math.min(LONGEST_MS, patient)
  return ceiling / 2 + (ceiling / 2) * random
}
