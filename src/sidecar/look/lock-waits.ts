import type { Config } from '../../config/config.ts'
import { observe } from '../../postgres/session/observe.ts'
import type { Session } from '../../postgres/session/session.ts'
import { QUERY_READ, shownQuery } from '../../postgres/sql/sql-secrets.ts'
import type { BlockerStatus, LockStatus } from '../status/status.ts'

/** Asking who blocks a session stops the server's lock table for a moment: so many are asked about. */
const MOST_WAITING = 50

interface Row extends Omit<BlockerStatus, 'since'> {
  readonly since: Date | null
  readonly waiting: number
}

/**
 * Which sessions of this database wait for a lock, and whom for. A role that may not see other
 * roles' sessions sees their pids alone.
 * @see https://www.postgresql.org/docs/current/functions-info.html: pg_blocking_pids
 */
export async function readLockWaits(
  session: Session,
  { logQueries }: Pick<Config, 'logQueries'>,
): Promise<LockStatus> {
  const rows = await observe<Row>(session, LOCK_WAITS_SQL, [logQueries])
  const blockers = rows.flatMap(({ waiting: _, since, query, ...row }): readonly BlockerStatus[] =>
    row.pid === null
      ? []
      : [{ ...row, since: since?.toISOString() ?? null, query: query && shownQuery(query) }],
  )
  return Object.freeze({ waiting: rows[0]?.waiting ?? 0, blockers })
}

/** One row at least, for the count; without a blocker its pid is null. */
const LOCK_WAITS_SQL = /* SQL */ `
  with waiting as (
    select pid
      from pg_stat_activity
     where datname = current_database()
       and wait_event_type = 'Lock'
     limit ${MOST_WAITING}
  ), blocking as (
    select b.pid, count(*)::integer as blocks
      from waiting w, unnest(pg_blocking_pids(w.pid)) as b (pid)
     group by b.pid
  )
  select (select count(*)::integer from waiting) as waiting,
         b.pid,
         coalesce(a.usename, 'unknown') as user,
         case when length(a.application_name) > 0 then a.application_name
              else 'unnamed' end as application,
         coalesce(a.state, 'unknown') as state,
         a.xact_start as since,
         case when $1 then left(a.query, ${QUERY_READ}) end as query,
         b.blocks
    from (select 1) one
    left join (blocking b join pg_stat_activity a on a.pid = b.pid) on true
   order by a.xact_start nulls last, b.pid
   limit 20`
