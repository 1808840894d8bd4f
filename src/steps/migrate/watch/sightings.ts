import { formatDuration } from '../../../base/duration.ts'
import { oneLine } from '../../../base/words.ts'
import type { Config } from '../../../config/config.ts'
import { observe } from '../../../postgres/session/observe.ts'
import type { Session } from '../../../postgres/session/session.ts'
import { quoteLiteral } from '../../../postgres/sql/identifier.ts'
import { QUERY_READ, shownQuery } from '../../../postgres/sql/sql-secrets.ts'

/** Who is in the way of the watched session: one that it waits for, or that such a one waits for. */
export interface Blocker {
  /** 0: a prepared transaction, which no session holds. */
  readonly pid: number
  readonly user: string
  readonly application: string
  /** `active`, `idle in transaction`; `prepared`. */
  readonly state: string
  /** When its transaction began, as the server writes it: with `pid` it says which one it is. */
  readonly since: string | null
  /** How long its transaction has been open; `null` where this role may not see it. */
  readonly seconds: number | null
  /** Whom it waits for itself, by pid; empty: it is what all the others wait for. */
  readonly waitsFor: readonly number[]
  /** Of a prepared transaction: what COMMIT PREPARED and ROLLBACK PREPARED call it, and where. */
  readonly prepared?: { readonly gid: string; readonly database: string }
  /** Under PGATE_BLOCKERS: why it is not ended, or when it will be. */
  readonly fate?: string
  /** The beginning of what it runs, or ran last, without literals; absent under PGATE_LOG_QUERIES=off. */
  readonly query?: string
}

/** How far an index build is. */
export interface BuildProgress {
  readonly phase: string
  /** 0 to 100 of the phase; `null` where the phase is not counted. */
  readonly percent: number | null
}

/** What a look at a running statement shows. */
export interface Sighting {
  readonly blockers: readonly Blocker[]
  /** What it waits for, as pg_stat_activity calls it (`SyncRep`); absent where it does not wait. */
  readonly waitEvent?: string | undefined
  readonly progress: BuildProgress | undefined
}

/**
 * Looks, from another session, at what `pid` waits for and how far its index build is. The SQL of
 * other sessions is not even read where it is not to be reported.
 */
export async function lookAt(
  session: Session,
  pid: number,
  { logQueries }: Pick<Config, 'logQueries'>,
): Promise<Sighting> {
  const found = await observe<Blocker>(session, blockersSql(logQueries), [pid])
  const sessions = found.filter((row) => row.pid !== 0)
  const isPrepared = sessions.length < found.length
  const waiting = [pid, ...sessions.flatMap((row) => (row.waitsFor.includes(0) ? [row.pid] : []))]
  const prepared = isPrepared ? await observe<Prepared>(session, PREPARED_SQL, [waiting]) : []
  const blockers = [...sessions.map(shown), ...prepared.map(asBlocker)]
  const [progress] = await observe<BuildProgress>(session, PROGRESS_SQL, [pid])
  const [wait] = await observe<{ waitEvent: string | null }>(session, WAIT_EVENT_SQL, [pid])
  return { blockers, progress, waitEvent: wait?.waitEvent ?? undefined }
}

function shown(row: Blocker): Blocker {
  return row.query === undefined ? row : { ...row, query: shownQuery(row.query) }
}

interface Prepared extends Pick<Blocker, 'user' | 'since' | 'seconds'> {
  readonly gid: string
  readonly database: string
}

function asBlocker({ gid, database, ...row }: Prepared): Blocker {
  const application = 'prepared transaction'
  const own = { pid: 0, application, state: 'prepared', waitsFor: [] }
  return { ...row, ...own, prepared: { gid, database } }
}

const QUERY_HEAD = /* SQL */ `
         coalesce(left(a.query, ${QUERY_READ}), '') as query,`

/**
 * Those that are waited for come before those that they wait for in their turn. A prepared
 * transaction has pid 0.
 * @see https://www.postgresql.org/docs/current/functions-info.html: pg_blocking_pids
 */
const blockersSql = (logQueries: boolean) => /* SQL */ `
  with recursive edge (waiter, pid) as (
      select $1::integer, b.pid from unnest(pg_blocking_pids($1)) as b (pid)
    union
      select e.pid, b.pid
        from edge e, unnest(pg_blocking_pids(e.pid)) as b (pid)
       where e.pid <> 0 and e.pid <> $1
  )
  select b.pid,${logQueries ? QUERY_HEAD : ''}
         coalesce(a.usename, 'unknown') as user,
         case when length(a.application_name) > 0 then a.application_name
              else 'unnamed' end as application,
         coalesce(a.state, 'unknown') as state,
         a.xact_start::text as since,
         extract(epoch from clock_timestamp() - a.xact_start)::integer as seconds,
         array(select e.pid from edge e where e.waiter = b.pid order by 1) as "waitsFor"
    from (select pid, bool_or(waiter = $1) as "isNext" from edge where pid <> $1 group by pid) b
    left join pg_stat_activity a on a.pid = b.pid
   where b.pid = 0 or a.pid is not null
   order by b."isNext" desc, a.xact_start nulls last, b.pid`

/**
 * What holds a lock without a session on what one of these waits for.
 * @see https://www.postgresql.org/docs/current/view-pg-prepared-xacts.html
 */
const PREPARED_SQL = /* SQL */ `
  select distinct p.gid, p.owner::text as user, p.database::text as database,
         p.prepared::text as since,
         extract(epoch from clock_timestamp() - p.prepared)::integer as seconds
    from pg_locks w
    join pg_locks h
      on h.granted and h.pid is null and h.locktype = w.locktype
     and (h.database, h.relation, h.page, h.tuple, h.virtualxid, h.transactionid,
          h.classid, h.objid, h.objsubid)
         is not distinct from
         (w.database, w.relation, w.page, w.tuple, w.virtualxid, w.transactionid,
          w.classid, w.objid, w.objsubid)
    join pg_locks x
      on x.locktype = 'transactionid' and x.granted and x.pid is null
     and x.virtualtransaction = h.virtualtransaction
    join pg_prepared_xacts p on p.transaction = x.transactionid
   where w.pid = any($1::integer[]) and not w.granted
   order by since`

/** @see https://www.postgresql.org/docs/current/progress-reporting.html#CREATE-INDEX-PROGRESS-REPORTING */
const PROGRESS_SQL = /* SQL */ `
  select phase,
         case when blocks_total > 0
              then round(100.0 * blocks_done / blocks_total)::integer
              when tuples_total > 0
              then round(100.0 * tuples_done / tuples_total)::integer
         end as percent
    from pg_stat_progress_create_index
   where pid = $1`

/** @see https://www.postgresql.org/docs/current/monitoring-stats.html#WAIT-EVENT-TABLE */
const WAIT_EVENT_SQL = /* SQL */ `
  select wait_event as "waitEvent" from pg_stat_activity where pid = $1`

/** COMMIT has written, and waits until a standby of synchronous_standby_names has it too. */
const SYNCHRONOUS_COMMIT = 'SyncRep'

/** `waits for pid 42 (app, psql, idle in transaction for 5m): SELECT …`, or the build's phase. */
export function describeSighting({ blockers, progress, waitEvent }: Sighting): string {
  const shown = blockers.map(describeBlocker)
  if (waitEvent === SYNCHRONOUS_COMMIT) {
    shown.push('COMMIT waits for a synchronous standby (synchronous_standby_names)')
  }
  if (progress !== undefined) {
    const { phase, percent } = progress
    shown.unshift(percent === null ? phase : `${phase} ${percent} %`)
  }
  return shown.join('; ')
}

/** `waits for pid 42 (app, psql, idle in transaction for 5m), which waits for pid 43: SELECT …` */
export function describeBlocker(blocker: Blocker): string {
  const { query, fate } = blocker
  const running = query === undefined ? '' : `: ${query}`
  const next = fate === undefined ? '' : ` [${fate}]`
  return oneLine(`waits for ${nameBlocker(blocker)}${running}${next}`)
}

/** Who it is, without its SQL. */
export function nameBlocker(blocker: Omit<Blocker, 'query' | 'fate'>): string {
  const { pid, user, application, state, seconds, waitsFor, prepared } = blocker
  const since = seconds === null ? '' : ` for ${formatDuration(seconds * 1000)}`
  if (prepared !== undefined) {
    return `prepared transaction ${quoteLiteral(prepared.gid).trim()} of database ${prepared.database} (${user}, prepared${since}), which no session holds`
  }
  const others = waitsFor.map((other) => (other === 0 ? 'a prepared transaction' : `pid ${other}`))
  const chain = others.length === 0 ? '' : `, which waits for ${others.join(' and ')}`
  return `pid ${pid} (${user}, ${application}, ${state}${since})${chain}`
}
