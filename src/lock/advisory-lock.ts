import type { StepContext } from '../config/context.ts'
import type { Session } from '../postgres/session/session.ts'
import { withTransaction } from '../postgres/session/transaction.ts'
import { qualifiedName } from '../postgres/sql/identifier.ts'
import { sqlstateOf } from '../postgres/sql/sqlstate.ts'
import { type Inspected, inspected } from '../store/inspection.ts'
import { inspectionSql } from '../store/inspection-sql.ts'
import { clearLease, leaseTable } from '../store/lease-table.ts'
import { type TablePlace, versionSchemaOf } from '../store/tables.ts'
import type { LockStrategy } from './lock-strategy.ts'
import { cleanTransaction, sessionState } from './session-state.ts'

/** What the key of the advisory lock is made of, with `hashtextextended(…, 0)`. */
export function lockName(config: TablePlace): string {
  return `pgate ${qualifiedName(versionSchemaOf(config), config.versionTable)}`
}

/**
 * How often the server is to look whether its client is still there, in milliseconds. Without it, a
 * server whose client was killed goes on with all that has been sent.
 * @see https://www.postgresql.org/docs/current/runtime-config-connection.html#GUC-CLIENT-CONNECTION-CHECK-INTERVAL
 */
const NOTICE_LOSS = 'set client_connection_check_interval = 500'

/**
 * The lock of a direct connection: a session advisory lock of the very connection that does the
 * work, so that it can never outlive it or be outlived by it. Whatever commits there commits under it.
 */
export function advisoryLock(context: StepContext, session: Session): LockStrategy {
  const { config } = context
  // A server before PostgreSQL 14, or on some operating systems, cannot notice it.
  let noticesLoss = true
  const tryAcquire = () => tryOnce(context, session)
  const resetStatements = () => [
    ...sessionState(session, config),
    ...(noticesLoss ? [NOTICE_LOSS] : []),
  ]
  const reset = async (): Promise<boolean> => {
    const statements = resetStatements()
    const { results, failure } = await session.pipeline([
      ...statements.map((text) => ({ text })),
      lockIsHeld(config),
    ])
    if (failure === undefined) return results.at(-1)?.rows[0]?.held !== false
    const isNotice = statements[failure.index] === NOTICE_LOSS
    if (!isNotice || sqlstateOf(failure.error) === undefined) throw failure.error
    noticesLoss = false
    return reset()
  }
  return {
    tryAcquire,
    release: () => release(context, session),
    lost: new AbortController().signal,
    transaction: (use, commit) => withTransaction(session, use, commit && { commit }),
    beforeStatement: async (settings) => {
      if (settings !== undefined) await session.query(settings)
    },
    resetStatements,
    reset: async () => {
      if (await reset()) return 'held'
      if (!(await tryAcquire())) return 'lost'
      return (await reset()) ? 'retaken' : 'lost'
    },
    mayPipeline: true,
    canWatch: true,
    refusal: () => undefined,
    mayStillCommit: async (observer) => {
      const { rowCount } = await observer.query(
        'select from pg_catalog.pg_stat_activity where pid operator(pg_catalog.=) $1',
        [session.processId],
      )
      return rowCount > 0
    },
  }
}

/**
 * The advisory lock, unless a gate behind a pooler has a lease. Asks in the same round trip what the
 * catalog says of the lease's table.
 */
async function tryOnce(context: StepContext, session: Session): Promise<boolean> {
  const { config } = context
  const { results, failure } = await session.pipeline([
    lockStatement('pg_try_advisory_lock', config),
    { text: inspectionSql({ tables: [leaseTable(config)], role: config.role }) },
  ])
  if (failure !== undefined) throw failure.error
  const [lock, table] = results
  if (lock?.rows[0]?.locked !== true) return false
  let isFree = false
  try {
    const found = (table?.rows ?? []) as unknown as readonly Inspected[]
    const isThere = inspected(found).size > 0
    isFree =
      !isThere || (await cleanTransaction(session, config, () => clearLease(session, config)))
  } finally {
    if (!isFree) await release(context, session)
  }
  return isFree
}

/** A failing release is reported at debug: the server releases the lock when the session ends. */
async function release({ config, log }: StepContext, session: Session): Promise<void> {
  try {
    await session.query(
      'select pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))',
      [lockName(config)],
    )
  } catch (error) {
    log.debug('lock.release', 'The lock goes with its session', { reason: String(error) })
  }
}

/** The same lock until the caller's transaction ends; never waits. */
export async function tryTransactionLock(session: Session, config: TablePlace): Promise<boolean> {
  const { text, values } = lockStatement('pg_try_advisory_xact_lock', config)
  const { rows } = await session.query<{ locked: boolean }>(text, values)
  return rows[0]?.locked === true
}

function lockStatement(lockFunction: string, config: TablePlace) {
  return {
    text: `select pg_catalog.${lockFunction}(pg_catalog.hashtextextended($1, 0)) as locked`,
    values: [lockName(config)],
  }
}

/** One row, `held`: whether this very session has the lock still. */
function lockIsHeld(config: TablePlace) {
  const text = `select exists (${HOLDERS} and l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()) as held`
  return { text, values: [lockName(config)] }
}

/**
 * The locks `l` of the name `$1`.
 * @see https://www.postgresql.org/docs/current/view-pg-locks.html: how such a key is shown
 */
export const HOLDERS = `select l.pid from pg_catalog.pg_locks l
       where l.locktype operator(pg_catalog.=) 'advisory' and l.granted and l.objsubid operator(pg_catalog.=) 1
         and l.database operator(pg_catalog.=) (select oid from pg_catalog.pg_database
                            where datname operator(pg_catalog.=) pg_catalog.current_database())
         and (l.classid::bigint operator(pg_catalog.<<) 32 operator(pg_catalog.|) l.objid::bigint)
             operator(pg_catalog.=) pg_catalog.hashtextextended($1, 0)`
