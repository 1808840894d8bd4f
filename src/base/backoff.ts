/**
 * A pause of at most `ms`, so that processes that were started together do not come together again:
 * the share `spread` of it is left to chance.
 *
 * @param random a number in [0, 1)
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/
 */
export function jittered(ms: number, random: number, spread = 0.5): number {
  return ms * (1 - spread + spread * random)
}

/** How long at most to pause after so many tries (1 or more): doubling from the first pause up to the longest. */
export function growing(firstMs: number, longestMs: number, tries: number): number {
  return Math.min(longestMs, firstMs * 2 ** Math.min(tries - 1, 10))
}

/**
 * Two seconds or so: a server that was started together with its API comes up in them, and each
 * pause is half of what the API waits too long.
 */
const EAGER = { attempts: 60, ms: 50 }

/** Ten seconds more: most servers that come up at all have come up by then. */
const PATIENT = { attempts: 120, ms: 100 }

/** No pause is longer: a server that came up is seen within a second. */
const LONGEST_MS = 1_000

/**
 * A refused login: five of them in the default PGATE_AUTH_GRACE of five seconds, so that a service
 * that bans an address after a few does not ban the cluster's.
 */
const REFUSED = { attempts: 4, ms: 1_250, longestMs: 5_000 }

/**
 * How long to pause after the `refusals`-th refusal in a row (1 or more), in milliseconds: a ceiling
 * of 1.25 s for four, then doubling up to 5 s, and up to a fifth more.
 *
 * @param random a number in [0, 1)
 */
export function refusedPauseMs(refusals: number, random: number): number {
  const late = Math.max(0, refusals - REFUSED.attempts)
  const ceiling = Math.min(REFUSED.longestMs, REFUSED.ms * 2 ** late)
  return jittered(ceiling * 1.2, random, 1 / 6)
}

/**
 * How long to pause after the `attempt`-th attempt (1 or more), in milliseconds: between half and
 * the whole of a ceiling that is 50 ms for 60 attempts, then 100 ms for 120 more, and from there
 * doubles with each attempt up to 1 s. The random half keeps pods that were started together from
 * knocking together; the fixed half keeps any of them from hammering.
 *
 * @param random a number in [0, 1)
 * @example pauseMs(1, 0.5) // 37.5
 */
export function pauseMs(attempt: number, random: number): number {
  const late = attempt - EAGER.attempts - PATIENT.attempts
  const patient = Math.min(LONGEST_MS, PATIENT.ms * 2 ** Math.max(0, late))
  return jittered(attempt <= EAGER.attempts ? EAGER.ms : patient, random)
}
