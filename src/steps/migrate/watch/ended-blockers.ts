import { formatDuration } from '../../../base/duration.ts'
import { oneLine } from '../../../base/words.ts'
import type { Session } from '../../../postgres/session/session.ts'
import type { Blocker } from './sightings.ts'

/** A session that was ended, or whose statement was cancelled, since it was in the way. */
export interface EndedBlocker extends Pick<Blocker, 'pid' | 'user' | 'application' | 'state'> {
  readonly how: 'cancel' | 'terminate'
  readonly inTheWayMs: number
}

/** Ends who is in the way of a run for too long, over all tries of its statements. */
export interface BlockerEnding {
  /** The same blockers, each with why it is not ended, or when it will be. */
  judge(observer: Session, blockers: readonly Blocker[]): Promise<readonly Blocker[]>
  /** Settles when what was asked of the server is answered. */
  underway(): Promise<unknown>
  /** In the order in which they were ended. */
  readonly ended: readonly EndedBlocker[]
}

/** Whom a statement was last seen waiting for, for the report of a failure. */
export interface LastSeen {
  blockers: readonly Blocker[]
  /** Ends those that are in the way for too long; absent under PGATE_BLOCKERS=wait. */
  readonly ending?: BlockerEnding | undefined
}

/** What was done to it, for the log and the report. */
export const ENDED_TEXT = {
  cancel: 'Cancelled the statement of',
  terminate: 'Ended the session of',
} as const

/** `Ended the session of pid 42 (app, psql, idle in transaction), in the way for 31s` */
export function describeEnded(one: EndedBlocker): string {
  const { pid, user, application, state, how, inTheWayMs } = one
  const who = `pid ${pid} (${user}, ${application}, ${state})`
  return oneLine(`${ENDED_TEXT[how]} ${who}, in the way for ${formatDuration(inTheWayMs)}`)
}

/** The same for JSON; nothing where nobody was ended. */
export function endedFacts({ ending }: LastSeen): { readonly ended?: readonly EndedBlocker[] } {
  return ending === undefined || ending.ended.length === 0 ? {} : { ended: [...ending.ended] }
}
