import { jittered } from '../../base/backoff.ts'
import type { StepContext } from '../../config/context.ts'
import {
  DEADLOCK_DETECTED,
  INTERNAL_ERROR,
  LOCK_NOT_AVAILABLE,
  SERIALIZATION_FAILURE,
  serverErrorOf,
  sqlstateOf,
  UNIQUE_VIOLATION,
} from '../../postgres/sql/sqlstate.ts'

/** What goes away by itself: another session was in the way, nothing is wrong with the statement. */
export const TRANSIENT_SQLSTATES: ReadonlySet<string> = new Set([
  LOCK_NOT_AVAILABLE,
  DEADLOCK_DETECTED,
  SERIALIZATION_FAILURE,
])

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** True where the same statement may succeed later: a lock, a deadlock, a serialization failure. */
export function isTransient(error: unknown): boolean {
  const sqlstate = sqlstateOf(error)
  return sqlstate !== undefined && (TRANSIENT_SQLSTATES.has(sqlstate) || isCatalogConflict(error))
}

/** Where two sessions change one row of a catalog, the later is refused, whatever it was about. */
const CATALOG_CONFLICT_ROUTINES: ReadonlySet<string> = new Set([
  'simple_heap_update',
  'simple_heap_delete',
])

/**
 * True where another session changed or made the same object at the same moment: `tuple concurrently
 * updated`, which PostgreSQL raises without an SQLSTATE of its own, or a key of a catalog's own index.
 */
function isCatalogConflict(error: unknown): boolean {
  const server = serverErrorOf(error)
  if (server?.sqlstate === UNIQUE_VIOLATION) return server.schema === 'pg_catalog'
  return server?.sqlstate === INTERNAL_ERROR && CATALOG_CONFLICT_ROUTINES.has(server.routine ?? '')
}

/**
 * Runs `attempt` until it succeeds, fails for good, or PGATE_LOCK_TIMEOUT has passed since the
 * first try (PGATE_DEADLINE ends it through the signal). Each attempt must undo itself when it
 * fails. Pauses double from 100 ms to 5 s, each cut by up to a half at random, so that gates which
 * collide do not collide again.
 * @throws whatever the last attempt threw
 */
export async function retryTransient<T>(
  context: StepContext,
  what: string,
  attempt: () => Promise<T>,
): Promise<T> {
  const { clock, config, log, signal } = context
  const startedAt = clock.now()
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt()
    } catch (error) {
      if (!isTransient(error) || clock.now() - startedAt >= config.lockTimeoutMs) throw error
      const pauseMs = jittered(
        Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS),
        clock.random(),
      )
      log.warn('revision.retry', `${what} met a lock (${sqlstateOf(error)}); trying again`, {
        tries,
        sqlstate: sqlstateOf(error),
        pauseMs: Math.round(pauseMs),
      })
      await clock.sleep(pauseMs, signal)
    }
  }
}
