import { setTimeout as delay } from 'node:timers/promises'
import { isSameSet } from '../../../base/set.ts'
import { cleanTransaction } from '../../../lock/session-state.ts'
import { type Session, withSession } from '../../../postgres/session/session.ts'
import type { VersionChange } from '../../../store/history-store.ts'
import type { Run } from '../run.ts'

/** A server that restarts, or a network that was cut, may be back by then; milliseconds. */
const LOOK_FOR_MS = 5_000
const LOOK_EVERY_MS = 200

/** What became of a revision whose COMMIT was sent, or may have been, and never answered. */
export type Outcome = 'committed' | 'rolled back' | 'unknown' | 'unanswered'

/** Each outcome in a sentence, for the report of the failure. */
export const OUTCOME_TEXT: Readonly<Record<Outcome, string>> = {
  'rolled back': 'The revision was rolled back; nothing of it is left.',
  unanswered:
    'PostgreSQL did not answer in time: it rolls the revision back as soon as it finds that pgate is gone, and keeps the locks until then.',
  committed:
    'The answer to COMMIT was lost, and the server says that it was done: the revision is applied.',
  unknown:
    'The answer to COMMIT was lost, and the server could not say yet: the revision is applied as a whole, or nothing of it is.',
}

/**
 * What became of one revision, by the version rows.
 * @returns `unknown` where nobody could be asked, the session did not end, or somebody else went on
 *   from there; never rejects
 */
export async function lookUpOutcome(run: Run, { from, to }: VersionChange): Promise<Outcome> {
  const versions = await versionsOnceOver(run)
  if (versions === undefined) return 'unknown'
  if (isSameSet(versions, to)) return 'committed'
  return isSameSet(versions, from) ? 'rolled back' : 'unknown'
}

/**
 * The version rows after a lost connection: asks over a new one, for at most five seconds and never
 * when the run was asked to end. A session that is lost to us may be at work on the server still:
 * only once it is over do the rows say how far it came.
 * @returns undefined where nobody could be asked, or the session did not end; never rejects
 */
export async function versionsOnceOver(run: Run): Promise<ReadonlySet<string> | undefined> {
  const { signal, log } = run.context
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOK_FOR_MS)])
  while (run.sideConnections !== undefined && !limit.aborted) {
    try {
      const options = { timeoutMs: LOOK_FOR_MS, signal: limit }
      const look = (session: Session) => lookOnce(run, session)
      const versions = await withSession(run.sideConnections, options, look)
      if (versions !== undefined) return versions
    } catch (error) {
      log.debug('outcome.look', 'The outcome of COMMIT could not be looked up yet', {
        reason: String(error),
      })
    }
    await delay(LOOK_EVERY_MS)
  }
  return undefined
}

async function lookOnce(
  { context, lock, names }: Run,
  session: Session,
): Promise<ReadonlySet<string> | undefined> {
  return cleanTransaction(session, context.config, async () =>
    (await lock.mayStillCommit(session)) ? undefined : names.history.read(session),
  )
}
