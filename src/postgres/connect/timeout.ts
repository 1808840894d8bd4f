import { AttemptError } from './connect-error.ts'

/** What a timer of Node.js holds; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1

/**
 * Lends `use` a signal that aborts with `signal`, or after `timeoutMs` (1 or more) with an
 * AttemptError TIMEOUT; `use` is the one to honour it.
 */
export async function withTimeout<T>(
  signal: AbortSignal,
  timeoutMs: number,
  use: (limited: AbortSignal) => Promise<T>,
): Promise<T> {
  const limit = new AbortController()
  const expire = () =>
    limit.abort(new AttemptError('TIMEOUT', `no session within ${Math.round(timeoutMs)} ms`))
  const timer = setTimeout(expire, Math.min(timeoutMs, LONGEST_TIMER_MS))
  try {
    return await use(AbortSignal.any([signal, limit.signal]))
  } finally {
    clearTimeout(timer)
  }
}
