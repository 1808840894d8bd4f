import type { Session } from '../postgres/session/session.ts'
import { quoteLiteral } from '../postgres/sql/identifier.ts'
import type { Inspected } from '../store/inspection.ts'
import { inspectionSql } from '../store/inspection-sql.ts'
import { type TablePlace, tableNames } from '../store/tables.ts'

/** What the key of the advisory lock is made of, with `hashtextextended(…, 0)`. */
export function lockName(config: TablePlace): string {
  return `pgate ${tableNames(config).versions}`
}

/**
 * Takes the lock of this very session where it is free; never waits. Asks in the same round trip
 * what the catalog says of the table `named` (quoted and qualified); absent where there is none.
 */
export async function tryAdvisoryLock(
  session: Session,
  config: TablePlace,
  named: string,
): Promise<{ readonly isLocked: boolean; readonly found: readonly Inspected[] }> {
  const { results, failure } = await session.pipeline([
    lockStatement('pg_try_advisory_lock', config),
    { text: inspectionSql({ tables: [named], role: config.role }) },
  ])
  if (failure !== undefined) throw failure.error
  const [lock, table] = results
  const found = (table?.rows ?? []) as unknown as readonly Inspected[]
  return { isLocked: lock?.rows[0]?.locked === true, found }
}

/** The same lock until the caller's transaction ends; never waits. */
export async function tryTransactionLock(session: Session, config: TablePlace): Promise<boolean> {
  const { text, values } = lockStatement('pg_try_advisory_xact_lock', config)
  const { rows } = await session.query<{ locked: boolean }>(text, values)
  return rows[0]?.locked === true
}

function lockStatement(by: string, config: TablePlace) {
  return {
    text: `select pg_catalog.${by}(pg_catalog.hashtextextended($1, 0)) as locked`,
    values: [lockName(config)],
  }
}

/** Lets go of what `tryAdvisoryLock` took. */
export async function unlockAdvisory(session: Session, config: TablePlace): Promise<void> {
  await session.query('select pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))', [
    lockName(config),
  ])
}

/**
 * A query of one row, `held`: whether this very session has the lock still. Without parameters, so
 * that it can go along with others in one message.
 */
export function lockIsHeld(config: TablePlace): string {
  return `select exists (${heldAdvisory(`pg_catalog.hashtextextended(${quoteLiteral(lockName(config))}, 0)`)}
      and l.pid operator(pg_catalog.=) pg_catalog.pg_backend_pid()) as held`
}

/**
 * The locks `l` by a bigint key.
 * @see https://www.postgresql.org/docs/current/view-pg-locks.html: how such a key is shown
 */
function heldAdvisory(key: string): string {
  return `select l.pid from pg_catalog.pg_locks l
       where l.locktype operator(pg_catalog.=) 'advisory' and l.granted and l.objsubid operator(pg_catalog.=) 1
         and l.database operator(pg_catalog.=) (select oid from pg_catalog.pg_database
                            where datname operator(pg_catalog.=) pg_catalog.current_database())
         and (l.classid::bigint operator(pg_catalog.<<) 32 operator(pg_catalog.|) l.objid::bigint)
             operator(pg_catalog.=) ${key}`
}

/** A session that holds the advisory lock. */
export interface LockSession {
  readonly pid: number
  /** The role that it has logged in as: any may take the lock that may connect. */
  readonly role: string
  readonly application: string
  readonly address: string
  /** `null` where this role may not see other roles' sessions. */
  readonly seconds: number | null
}

/** Who holds it at this moment, whatever it is; undefined where nobody does. */
export async function readLockSession(
  session: Session,
  config: TablePlace,
): Promise<LockSession | undefined> {
  const { rows } = await session.query<LockSession>(
    `select l.pid, coalesce(a.usename::pg_catalog.text, 'unknown') as role,
            case when pg_catalog.length(a.application_name) operator(pg_catalog.>) 0 then a.application_name
                 else 'unnamed' end as application,
            coalesce(pg_catalog.host(a.client_addr), 'local socket') as address,
            extract(epoch from pg_catalog.now() operator(pg_catalog.-) a.backend_start)::integer as seconds
       from (${heldAdvisory('pg_catalog.hashtextextended($1, 0)')}) l
       join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid`,
    [lockName(config)],
  )
  return rows[0]
}
