import { retryTransient } from '../retry.ts'
import { type Run, resetSession } from '../run.ts'
import { nonTransactionalSettings } from '../settings.ts'
import { execute } from '../watch/watch.ts'
import { recorded } from './run-statement.ts'

/** A statement that is no revision's: of `verify --repair`. */
export interface Maintenance {
  readonly text: string
  /** What people call it. */
  readonly what: string
  /** False: one that PostgreSQL refuses in a transaction (CONCURRENTLY). */
  readonly transactional: boolean
}

/**
 * Runs one statement as a revision's would run, under the gate's lock: tried again where it meets
 * another session's lock, watched when it is slow, cancelled when the signal aborts; the session is
 * put back afterwards, whatever happens.
 * @throws what the server or the signal says, unchanged; LOCK_LOST
 */
export async function maintain(run: Run, { text, what, transactional }: Maintenance) {
  const act = () => execute(run, what, async () => void (await run.session.query(text)))
  if (transactional) {
    await recorded(run, what, act)
    return
  }
  try {
    await retryTransient(run.context, what, async () => {
      await run.lock.beforeStatement(nonTransactionalSettings(run.context.config, ALONGSIDE))
      await act()
    })
  } finally {
    if (run.session.transactionStatus() !== 'unknown') await resetSession(run)
  }
}

/** REINDEX, DROP INDEX: what waits without keeping anybody else waiting. */
const ALONGSIDE = { node: 'ReindexStmt' } as const
