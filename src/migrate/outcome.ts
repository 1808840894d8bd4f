import { setTimeout as delay } from 'node:timers/promises'
import { type Session, withSession } from '../postgres/session.ts'
import { isSameSet } from '../set-equality.ts'
import { cleanTransaction } from './clean-transaction.ts'
import { leaseTable } from './lease-table.ts'
import type { Run, VersionChange } from './run.ts'
import { readVersions } from './state.ts'

/** A server that restarts, or a network that was cut, may be back by then; milliseconds. */
const LOOK_FOR_MS = 5_000
const LOOK_EVERY_MS = 200

/** What became of a revision whose COMMIT was sent, or may have been, and never answered. */
export type Outcome = 'committed' | 'rolled back' | 'unknown'

/**
 * Asks over a new connection, for at most five seconds and never when the run was told to end. A
 * session that is lost to us may be at work on the server still: only once it is over do the
 * version rows tell what became of it.
 * @returns `unknown` where nobody could be asked, the session did not end, or somebody else went on
 *   from there; never rejects
 */
export async function lookUpOutcome(run: Run, change: VersionChange): Promise<Outcome> {
  const { signal, log } = run.context
  const limit = AbortSignal.any([signal, AbortSignal.timeout(LOOK_FOR_MS)])
  while (run.elsewhere !== undefined && !limit.aborted) {
    try {
      const options = { timeoutMs: LOOK_FOR_MS, signal: limit }
      const look = (session: Session) => lookOnce(run, session, change)
      const outcome = await withSession(run.elsewhere, options, look)
      if (outcome !== undefined) return outcome
    } catch (error) {
      log.debug('outcome.look', 'The outcome of COMMIT could not be looked up yet', {
        reason: String(error),
      })
    }
    await delay(LOOK_EVERY_MS)
  }
  return 'unknown'
}

async function lookOnce(
  run: Run,
  session: Session,
  { from, to }: VersionChange,
): Promise<Outcome | undefined> {
  return cleanTransaction(session, run.context.config, async () => {
    if (await isUnderWay(run, session)) return undefined
    const versions = await readVersions(session, run.names)
    if (isSameSet(versions, to)) return 'committed'
    return isSameSet(versions, from) ? 'rolled back' : 'unknown'
  })
}

/**
 * On a direct connection the session has its process. Through a pooler nobody knows which one it
 * was, but what it was to commit has confirmed the lease, and keeps that row locked until it is over.
 */
async function isUnderWay({ lease, context, ...run }: Run, session: Session): Promise<boolean> {
  if (lease === undefined) {
    const { rowCount } = await session.query(
      'select from pg_catalog.pg_stat_activity where pid operator(pg_catalog.=) $1',
      [run.session.processId],
    )
    return rowCount > 0
  }
  const { rowCount } = await session.query(
    `select from ${leaseTable(context.config)} where version_table operator(pg_catalog.=) $1
        for update skip locked`,
    [context.config.versionTable],
  )
  return rowCount === 0
}
