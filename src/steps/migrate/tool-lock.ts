import { formatDuration } from '../../base/duration.ts'
import { oneLine } from '../../base/words.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import type { LockStrategy } from '../../lock/lock-strategy.ts'
import type { Session } from '../../postgres/session/session.ts'
import type { HistoryStore } from '../../store/history-store.ts'
import type { Run } from './run.ts'

const POLL_MS = 200

/**
 * Lends the locks that the history's own tool takes, so that the tool, started at the same time, waits
 * or gives up as it does for itself. On the session that runs the statements, and by trying: who waits
 * inside the server holds a snapshot, for which CREATE INDEX CONCURRENTLY would wait. Behind a
 * pooler that changes sessions nothing could hold them; there the history's rows alone are looked at.
 * @throws {GateError} LOCK_TIMEOUT after PGATE_LOCK_TIMEOUT
 */
export async function withToolLock<T>(
  context: StepContext,
  session: Session,
  { history, lock }: { readonly history: HistoryStore; readonly lock: LockStrategy },
  use: () => Promise<T>,
): Promise<T> {
  const keys = lock.canWatch ? await keysOf(session, history) : []
  const taken: bigint[] = []
  try {
    for (const key of keys) {
      await takeKey(context, session, { key, history })
      taken.push(key)
    }
    return await use()
  } finally {
    for (const key of taken) await letGo(context, session, key)
  }
}

/**
 * Ends the wait of those who wait inside the server for a lock that this session holds. To be called
 * before CREATE INDEX CONCURRENTLY, which would wait for their snapshot: of that circle PostgreSQL ends
 * the one that came last, at each try again. Ended are those alone that this role may end.
 */
export async function endWaits({ session, names, lock, context }: Run): Promise<void> {
  if (names.history.lockKeys === undefined || !lock.canWatch) return
  const { rows } = await session.query<{ pid: number; application: string }>(
    // Who is meant is settled first: as one of several conditions it would end each one that is looked at.
    `with waiting as materialized (
       select a.pid, coalesce(a.application_name, '') as application
         from pg_catalog.pg_stat_activity a
        where a.pid operator(pg_catalog.=) any (array(
                select w.pid from pg_catalog.pg_locks w
                 where w.locktype operator(pg_catalog.=) 'advisory' and not w.granted))
          and pg_catalog.pg_backend_pid() operator(pg_catalog.=) any (pg_catalog.pg_blocking_pids(a.pid))
          and pg_catalog.pg_has_role(a.usesysid, 'usage'))
     select pid, application, pg_catalog.pg_cancel_backend(pid) from waiting`,
  )
  for (const { pid, application } of rows) {
    const who = application === '' ? '' : ` (${oneLine(application)})`
    context.log.warn(
      'lock.cancelled',
      `Ended the wait of process ${pid}${who} for the lock of the tool that keeps ${names.history.table}: an index could not be built while it waits`,
      { pid },
    )
  }
}

async function keysOf(session: Session, { lockKeys }: HistoryStore): Promise<readonly bigint[]> {
  if (lockKeys === undefined) return []
  const { rows } = await session.query<{ name: string }>(
    'select pg_catalog.current_database()::pg_catalog.text as name',
  )
  return lockKeys(rows[0]?.name ?? '')
}

async function takeKey(
  { clock, config, signal, log, progress }: StepContext,
  session: Session,
  { key, history }: { readonly key: bigint; readonly history: HistoryStore },
): Promise<void> {
  const startedAt = clock.now()
  for (let isSaid = false; ; isSaid = true) {
    const { rows } = await session.query<{ taken: boolean }>(
      'select pg_catalog.pg_try_advisory_lock($1::pg_catalog.int8) as taken',
      [String(key)],
    )
    if (rows[0]?.taken === true) return
    const waitedMs = clock.now() - startedAt
    const holder = await holderOf(session, key)
    if (waitedMs >= config.lockTimeoutMs) throw timedOut(history, { holder, waitedMs })
    if (!isSaid) {
      const message = `Waiting for the lock of the tool that keeps ${history.table}, held by ${holder}`
      progress(message)
      log.info('lock.wait', message, { table: history.table, holder })
    }
    await clock.sleep(POLL_MS, signal)
  }
}

async function letGo({ log }: StepContext, session: Session, key: bigint): Promise<void> {
  try {
    await session.query('select pg_catalog.pg_advisory_unlock($1::pg_catalog.int8)', [String(key)])
  } catch (error) {
    // It goes with the session, which is of no use any more.
    log.debug('lock.lost', "The tool's lock could not be let go", { reason: String(error) })
  }
}

async function holderOf(session: Session, key: bigint): Promise<string> {
  const { rows } = await session.query<{ pid: number; application: string }>(
    `select l.pid, coalesce(a.application_name, '') as application
       from pg_catalog.pg_locks l
       left join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid
      where l.locktype operator(pg_catalog.=) 'advisory' and l.granted
        and l.objsubid operator(pg_catalog.=) 1
        and l.classid operator(pg_catalog.=) (($1::pg_catalog.int8 operator(pg_catalog.>>) 32) operator(pg_catalog.&) 4294967295)::pg_catalog.oid
        and l.objid operator(pg_catalog.=) ($1::pg_catalog.int8 operator(pg_catalog.&) 4294967295)::pg_catalog.oid
      limit 1`,
    [String(key)],
  )
  const [holder] = rows
  if (holder === undefined) return 'nobody any more'
  const name = holder.application === '' ? '' : ` (${oneLine(holder.application)})`
  return `process ${holder.pid}${name}`
}

function timedOut(
  { table }: HistoryStore,
  { holder, waitedMs }: { readonly holder: string; readonly waitedMs: number },
): GateError {
  return new GateError(
    'LOCK_TIMEOUT',
    `the lock of the tool that keeps ${table} was held by ${holder} for ${formatDuration(waitedMs)}`,
    {
      facts: { table, holder },
      hint: 'Let that run end, or end it if it hangs; or raise PGATE_LOCK_TIMEOUT. Nothing was changed.',
    },
  )
}
