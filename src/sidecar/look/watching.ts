import { growing, jittered } from '../../base/backoff.ts'
import { formatDuration } from '../../base/duration.ts'
import { withLimit } from '../../base/limit.ts'
import type { StepContext } from '../../config/context.ts'
import type { Resources } from '../../gate/resources.ts'
import type { RevisionFiles } from '../../gate/revision-files.ts'
import type { Board } from '../status/board.ts'
import { isUnexpected, outageMessage } from '../status/reason.ts'
import type { LockStatus, Status } from '../status/status.ts'
import { type Look, look, type Verified } from './look.ts'
import { afterLook, afterSilence } from './seen.ts'

/** One look gets no longer: what hangs (a lock, a black hole) must not be the last look there is. */
const LOOK_MS = 30_000
/** Without an answer the next look comes sooner, so that the end of an outage is noticed. */
const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 10_000

/** What is watched. */
export interface Watched {
  readonly resources: Resources
  readonly files: RevisionFiles
  /** The version rows that the target wants; `null` where only another program knows. */
  readonly wanted: ReadonlySet<string> | null
  readonly board: Board
  /** Puts up a new status, and reports what changed. */
  readonly post: (after: Status) => void
}

/**
 * Looks at the database again and again, however long it is away, and posts what it sees. Ends only
 * with the signal.
 * @throws the signal's reason
 */
export async function watch(context: StepContext, watched: Watched): Promise<never> {
  const { clock, signal } = context
  let last: Verified | undefined
  let silent = 0
  for (;;) {
    const lookedAt = clock.date()
    const startedAt = clock.now()
    const found = await tryLook(context, watched, last)
    signal.throwIfAborted()
    const timing = { lookedAt, durationMs: Math.round(clock.now() - startedAt) }
    const answered = typeof found !== 'string'
    silent = answered ? 0 : silent + 1
    if (answered) last = found.schema?.verified ?? last
    const pauseMs = pauseAfter(context, silent)
    const status = watched.board.status()
    const after = answered
      ? afterLook(status, { ...watched, phase: context.config.phase, look: found, timing })
      : afterSilence(status, found, lookedAt)
    watched.post(withNext(after, clock.date().getTime() + pauseMs))
    await clock.sleep(pauseMs, signal)
  }
}

/** What was seen, or why there was no answer; never rejects. */
async function tryLook(
  context: StepContext,
  { resources, files, wanted, board }: Watched,
  last: Verified | undefined,
): Promise<Look | string> {
  const { clock, signal, log } = context
  // What happens every minute is no news.
  const quiet = { ...context, log: { ...log, info: log.debug }, progress: () => {} }
  const onLocks = (locks: LockStatus) => {
    // A request now should show who is in the way, while this look waits for them.
    if (locks.waiting !== board.status().locks.waiting) board.post({ locks })
  }
  const late = () => `no answer within ${formatDuration(LOOK_MS)}`
  try {
    // The look's own signal aborts when its time is over: it cancels what runs, and closes.
    return await withLimit<Look | string>({ clock, signal, limitMs: LOOK_MS }, late, (limited) =>
      look({ ...quiet, signal: limited }, { resources, files, wanted, last, onLocks }),
    )
  } catch (error) {
    const write = isUnexpected(error) && !signal.aborted ? log.error : log.debug
    write('sidecar.unanswered', `the database could not be asked: ${error}`)
    return outageMessage(error)
  }
}

/** Jitter, so that forty pods that started together do not ask together. */
function pauseAfter({ config, clock }: StepContext, silent: number): number {
  const { verifyIntervalMs } = config
  const longest = growing(FIRST_PAUSE_MS, MOST_PAUSE_MS, silent)
  const pauseMs = silent === 0 ? verifyIntervalMs : Math.min(verifyIntervalMs, longest)
  return Math.ceil(jittered(pauseMs, clock.random(), 0.1))
}

function withNext(status: Status, nextAt: number): Status {
  return { ...status, verify: { ...status.verify, nextAt: new Date(nextAt).toISOString() } }
}
