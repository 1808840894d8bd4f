import { setTimeout as delay } from 'node:timers/promises'

/** Time and chance, passed in so that tests decide both. */
export interface Clock {
  /** Milliseconds on a clock that never goes back; only differences mean anything. */
  now(): number
  /** Wall-clock time, for what people and the journal read. */
  date(): Date
  /** A number in [0, 1): what jitter is made of. */
  random(): number
  /** Resolves after `ms`; rejects at once with the signal's reason when it aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>
}

export const SYSTEM_CLOCK: Clock = Object.freeze({
  now: () => performance.now(),
  date: () => new Date(),
  random: () => Math.random(),
  sleep: async (ms: number, signal: AbortSignal) => {
    signal.throwIfAborted()
    try {
      await delay(ms, undefined, { signal })
    } catch (error) {
      // Node wraps the reason in an AbortError of its own; callers look for the reason.
      signal.throwIfAborted()
      throw error
    }
  },
})
