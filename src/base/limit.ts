import type { Clock } from './clock.ts'

export interface Limit {
  readonly clock: Clock
  readonly signal: AbortSignal
  /** In milliseconds, 1 or more. */
  readonly limitMs: number
}

/**
 * Gives `use` no longer than `limitMs`: past that its signal aborts and `late()` is the result,
 * whatever `use` still comes to.
 * @throws the outer signal's reason at once when that aborts; whatever `use` throws in time
 */
export async function withLimit<T>(
  { clock, signal, limitMs }: Limit,
  late: () => T,
  use: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  const over = new AbortController()
  const done = new AbortController()
  const limited = AbortSignal.any([signal, over.signal])
  try {
    const expiry = clock.sleep(limitMs, AbortSignal.any([signal, done.signal])).then(() => {
      over.abort()
      return late()
    })
    return await Promise.race([use(limited), expiry])
  } catch (error) {
    signal.throwIfAborted()
    if (over.signal.aborted) return late()
    throw error
  } finally {
    done.abort()
  }
}

/** What a timer of Node.js holds; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

export interface Timeout {
  readonly signal: AbortSignal
  /** In milliseconds, 1 or more. */
  readonly timeoutMs: number
  /** The reason to abort with. */
  readonly late: () => unknown
}

/** Lends `use` a signal that aborts with `signal`, or once the time is over; `use` is to honour it. */
export async function withTimeout<T>(
  { signal, timeoutMs, late }: Timeout,
  use: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const timer = setTimeout(() => limit.abort(late()), Math.min(timeoutMs, LONGEST_TIMER_MS))
  try {
    return await use(AbortSignal.any([signal, limit.signal]))
  } finally {
    clearTimeout(timer)
  }
}
