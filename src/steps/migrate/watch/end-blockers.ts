import { formatDuration } from '../../../base/duration.ts'
import { oneLine } from '../../../base/words.ts'
import type { StepContext } from '../../../config/context.ts'
import type { LockStrategy } from '../../../lock/lock-strategy.ts'
import type { Database, Session } from '../../../postgres/session/session.ts'
import type { TableNames } from '../../../store/tables.ts'
import { type BlockerFacts, type Reason, readBlockerFacts, whyNotEnded } from './blocker-rules.ts'
import {
  type BlockerEnding,
  ENDED_TEXT,
  type EndedBlocker,
  type LastSeen,
} from './ended-blockers.ts'
import { type Blocker, nameBlocker } from './sightings.ts'

/** What is known over all tries of a run. */
interface Ledger {
  readonly context: Pick<StepContext, 'config' | 'log' | 'clock'>
  readonly how: EndedBlocker['how']
  /** Since when each transaction has been seen in the way, without waiting itself. */
  readonly firstSeen: Map<string, number>
  /** What was logged already of those that are not ended. */
  readonly said: Set<string>
  readonly ended: EndedBlocker[]
  underway: Promise<unknown>
}

/** What to do about PGATE_BLOCKERS in a run; undefined where everybody is waited for. */
export function blockerEnding(
  context: Ledger['context'],
  { history }: Pick<TableNames, 'history'>,
): BlockerEnding | undefined {
  const { blockers: how } = context.config
  if (how === 'wait') return undefined
  const known = { firstSeen: new Map(), said: new Set<string>(), ended: [] }
  const ledger: Ledger = { context, how, ...known, underway: Promise.resolve() }
  return {
    ended: ledger.ended,
    underway: () => ledger.underway,
    judge: async (observer, blockers) => {
      const roots = blockers.filter(({ pid, waitsFor }) => pid !== 0 && waitsFor.length === 0)
      const pids = roots.map(({ pid }) => pid)
      const found = pids.length === 0 ? [] : await readBlockerFacts(observer, pids, [history.table])
      const judged: Blocker[] = []
      for (const blocker of blockers) {
        const facts = found.find(({ pid }) => pid === blocker.pid)
        // Who waits in its turn is not what is in the way, until it no longer does.
        if (facts === undefined) ledger.firstSeen.delete(keyOf(blocker))
        const fate = facts && (await judgeOne(ledger, observer, { blocker, facts }))
        judged.push(fate === undefined ? blocker : { ...blocker, fate })
      }
      return judged
    },
  }
}

interface Judged {
  readonly blocker: Blocker
  readonly facts: BlockerFacts
}

async function judgeOne(ledger: Ledger, observer: Session, one: Judged): Promise<string> {
  const { context, how, firstSeen } = ledger
  const { blocker, facts } = one
  const now = context.clock.now()
  const since = firstSeen.get(keyOf(blocker)) ?? now
  firstSeen.set(keyOf(blocker), since)
  const inTheWayMs = Math.round(now - since)
  const leftMs = context.config.blockersAfterMs - inTheWayMs
  const reason = whyNotEnded(facts, how)
  if (reason !== undefined) {
    if (leftMs <= 0) noteKept(ledger, { blocker, inTheWayMs, reason })
    return `not ended: ${reason.text}`
  }
  if (leftMs > 0) return `${DONE_TEXT[how]} in ${formatDuration(leftMs)} if it is still in the way`
  const ending = end(observer, one, how)
  ledger.underway = ending.catch(() => undefined)
  if (!(await ending)) return 'its transaction has ended'
  // Where it is in the way all the same, it is ended again after as long.
  firstSeen.set(keyOf(blocker), now)
  noteEnded(ledger, { blocker, inTheWayMs })
  return DONE_TEXT[how]
}

function noteKept(
  { context, said }: Ledger,
  one: { readonly blocker: Blocker; readonly inTheWayMs: number; readonly reason: Reason },
): void {
  const { blocker, inTheWayMs, reason } = one
  const key = reason.isRight === true ? reason.text : `${keyOf(blocker)} ${reason.text}`
  if (said.has(key)) return
  said.add(key)
  const message = `${nameBlocker(blocker)} has been in the way for ${formatDuration(inTheWayMs)} and is not ended: ${reason.text}`
  context.log.warn('blocker.kept', oneLine(message), {
    ...blocker,
    inTheWayMs,
    reason: reason.text,
  })
}

function noteEnded(
  { context, ended, how }: Ledger,
  { blocker, inTheWayMs }: { readonly blocker: Blocker; readonly inTheWayMs: number },
): void {
  const { pid, user, application, state, query } = blocker
  const one = { pid, user, application, state, how, inTheWayMs }
  ended.push(one)
  const ran = query === undefined ? '' : `: ${query}`
  const message = `${ENDED_TEXT[how]} ${nameBlocker(blocker)}, in the way for ${formatDuration(inTheWayMs)}${ran}`
  context.log.warn('blocker.ended', oneLine(message), { ...blocker, ...one })
}

/** Says so where PGATE_BLOCKERS is set and nobody can be seen in the way. */
export function noteUnseen({
  context,
  lock,
  sideConnections,
  lastSeen,
}: {
  readonly context: StepContext
  readonly lock: Pick<LockStrategy, 'canWatch'>
  readonly sideConnections: Database | undefined
  readonly lastSeen: LastSeen
}): void {
  if (lastSeen.ending === undefined) return
  const reasons = [
    context.config.migrateCommand !== undefined && 'a program has sessions of its own',
    sideConnections === undefined && 'the built-in PostgreSQL has one session',
    !lock.canWatch && 'behind a pooler nobody knows which session waits',
  ].filter((reason) => reason !== false)
  if (reasons.length === 0) return
  const { blockers } = context.config
  const message = `PGATE_BLOCKERS=${blockers} ends nobody here: ${reasons[0]}`
  context.log.warn('blocker.unseen', message, { blockers })
}

const DONE_TEXT = { cancel: 'cancelled', terminate: 'ended' } as const
function keyOf({ pid, since, prepared }: Blocker): string {
  return `${pid} ${since} ${prepared?.gid ?? ''}`
}

/** Sends it; false where that transaction has ended meanwhile. */
async function end(
  observer: Session,
  { blocker, facts }: Judged,
  how: EndedBlocker['how'],
): Promise<boolean> {
  const which = [blocker.pid, facts.backendStart, blocker.since]
  const { rows } = await observer.query<{ done: boolean }>(END_SQL[how], which)
  return rows[0]?.done === true
}

/** A pid may be another session's by now, and the session in another transaction. */
const THE_SAME = `
    from pg_catalog.pg_stat_activity a
   where a.pid operator(pg_catalog.=) $1
     and a.backend_start::pg_catalog.text operator(pg_catalog.=) $2
     and a.xact_start::pg_catalog.text operator(pg_catalog.=) $3`

const END_SQL = {
  cancel: `select pg_catalog.pg_cancel_backend(a.pid) as done ${THE_SAME} and a.state operator(pg_catalog.=) 'active'`,
  terminate: `select pg_catalog.pg_terminate_backend(a.pid) as done ${THE_SAME}`,
} as const
