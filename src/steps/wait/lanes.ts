import type { ProbeResult } from './probe.ts'

/** One attempt that is under way, and what ends it. */
interface AttemptLane {
  readonly result: Promise<ProbeResult>
  readonly abort: AbortController
}

/** Attempts, of which a slow one may continue while the next runs. */
interface Lanes {
  /** What the next attempt comes to, or the slow one, where that is sooner. */
  next(): Promise<ProbeResult>
  /** Ends the slow attempt, if any; never rejects. */
  stop(): Promise<void>
}

/**
 * Attempts have a short limit, so that a host that drops packets is left for another, and a name that
 * moved is looked up again. Over a slow link a short limit is never enough: once an attempt has run
 * into it, one continues in parallel with the others, with all the time that is left.
 */
export function createLanes(
  attempt: (signal: AbortSignal, pace: 'fast' | 'slow') => Promise<ProbeResult>,
  signal: AbortSignal,
): Lanes {
  let slow: AttemptLane | undefined
  const start = (pace: 'fast' | 'slow'): AttemptLane => {
    const abort = new AbortController()
    const result = attempt(AbortSignal.any([signal, abort.signal]), pace)
    result.catch(() => {})
    return { result, abort }
  }
  const next = async () => {
    const fast = start('fast')
    const running = slow === undefined ? [fast] : [fast, slow]
    const { lane, result } = await firstOf(running)
    if (lane === slow) {
      slow = undefined
      await end(fast)
    } else if (slow === undefined && isTooLate(result)) slow = start('slow')
    return result
  }
  const stop = async () => {
    if (slow !== undefined) await end(slow)
    slow = undefined
  }
  return { next, stop }
}

async function firstOf(lanes: readonly AttemptLane[]) {
  return Promise.race(lanes.map(async (lane) => ({ lane, result: await lane.result })))
}

function isTooLate(result: ProbeResult): boolean {
  return result.status === 'waiting' && result.failure.reason === 'TIMEOUT'
}

/** An attempt that came through at the same moment has a session that nobody wants. */
async function end({ result, abort }: AttemptLane): Promise<void> {
  abort.abort(new Error('another attempt was sooner'))
  const ended = await result.catch(() => undefined)
  if (ended?.status === 'usable') await ended.session.close()
}
