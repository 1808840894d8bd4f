import { formatDuration } from '../../../base/duration.ts'
import { oneLine } from '../../../base/words.ts'
import type { Config } from '../../../config/config.ts'
import { observe } from '../../../postgres/session/observe.ts'
import type { Session } from '../../../postgres/session/session.ts'
import { QUERY_READ, shownQuery } from '../../../postgres/sql/sql-secrets.ts'

/** A session that the watched one waits for. */
export interface Blocker {
  readonly pid: number
  readonly user: string
  readonly application: string
  /** `active`, `idle in transaction`. */
  readonly state: string
  /** How long its transaction has been open; `null` where this role may not see it. */
  readonly seconds: number | null
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
  const blockers = found.map((row) =>
    row.query === undefined ? row : { ...row, query: shownQuery(row.query) },
  )
  const [progress] = await observe<BuildProgress>(session, PROGRESS_SQL, [pid])
  const [wait] = await observe<{ waitEvent: string | null }>(session, WAIT_EVENT_SQL, [pid])
  return { blockers, progress, waitEvent: wait?.waitEvent ?? undefined }
}

const QUERY_HEAD = /* SQL */ `
         coalesce(left(a.query, ${QUERY_READ}), '') as query,`

/** @see https://www.postgresql.org/docs/current/functions-info.html: pg_blocking_pids */
const blockersSql = (logQueries: boolean) => /* SQL */ `
  select a.pid,${logQueries ? QUERY_HEAD : ''}
         coalesce(a.usename, 'unknown') as user,
         case when length(a.application_name) > 0 then a.application_name
              else 'unnamed' end as application,
         coalesce(a.state, 'unknown') as state,
         extract(epoch from clock_timestamp() - a.xact_start)::integer as seconds
    from unnest(pg_blocking_pids($1)) as b (pid)
    join pg_stat_activity a on a.pid = b.pid
   order by a.xact_start nulls last, a.pid`

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

export function describeBlocker(blocker: Blocker): string {
  const { pid, user, application, state, seconds, query } = blocker
  const since = seconds === null ? '' : ` for ${formatDuration(seconds * 1000)}`
  const running = query === undefined ? '' : `: ${query}`
  return oneLine(`waits for pid ${pid} (${user}, ${application}, ${state}${since})${running}`)
}
