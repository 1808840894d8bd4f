import type { Config } from '../config.ts'
import type { StepContext } from '../context.ts'
import { formatDuration } from '../duration.ts'
import { GateError } from '../errors.ts'
import type { Session } from '../postgres/session.ts'
import { tableNames } from './tables.ts'

/** Polls start at 50 ms apart and slow down to half a second, each with jitter. */
const FIRST_POLL_MS = 50
const SLOWEST_POLL_MS = 500
/** How often the operator is told who holds the lock. */
const TELL_EVERY_MS = 5_000

/** The right to write: one gate at a time for a version table of a database. */
export interface GateLock {
  /**
   * Takes the lock; at once where it is held already.
   * @throws {GateError} LOCK_TIMEOUT after PGATE_LOCK_TIMEOUT, naming who holds it
   * @throws {GateError} CONFIG_POOLER where the connection goes through a pooler
   */
  acquire(): Promise<void>
}

/**
 * Lends a lock that is taken at the first `acquire`, if any, and let go on every way out. It is a
 * session advisory lock of the very connection that does the work, so that it can never outlive it
 * or be outlived by it.
 */
export async function withGateLock<T>(
  context: StepContext,
  session: Session,
  use: (lock: GateLock) => Promise<T>,
): Promise<T> {
  let held = false
  const lock: GateLock = {
    acquire: async () => {
      if (held) return
      await refusePooler(session)
      await poll(context, session)
      held = true
    },
  }
  try {
    return await use(lock)
  } finally {
    if (held) await release(context, session)
  }
}

/**
 * Polled, never waited for: a waiter blocked inside the server would hold a snapshot, and CREATE
 * INDEX CONCURRENTLY in the gate that holds the lock would wait for that snapshot for ever.
 */
async function poll(context: StepContext, session: Session): Promise<void> {
  const { clock, config, signal } = context
  const startedAt = clock.now()
  let pauseMs = FIRST_POLL_MS
  let toldAt = Number.NEGATIVE_INFINITY
  while (!(await tryLock(context, session))) {
    const waitedMs = clock.now() - startedAt
    if (waitedMs >= config.lockTimeoutMs) throw await timedOut(context, session, waitedMs)
    if (clock.now() - toldAt >= TELL_EVERY_MS) {
      toldAt = clock.now()
      await tellHolder(context, session, waitedMs)
    }
    await clock.sleep(pauseMs * (0.5 + clock.random() / 2), signal)
    pauseMs = Math.min(pauseMs * 1.5, SLOWEST_POLL_MS)
  }
}

async function tryLock(context: StepContext, session: Session): Promise<boolean> {
  const { rows } = await session.query<{ locked: boolean }>(
    'select pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0)) as locked',
    [lockName(context.config)],
  )
  return rows[0]?.locked === true
}

/** A failing release is told and no more: the server lets go of the lock when the session ends. */
async function release(context: StepContext, session: Session): Promise<void> {
  try {
    await session.query(
      'select pg_catalog.pg_advisory_unlock(pg_catalog.hashtextextended($1, 0))',
      [lockName(context.config)],
    )
  } catch (error) {
    context.log.debug('lock.release', 'The lock goes with its session', { reason: String(error) })
  }
}

/** What the key of the advisory lock is made of, with `hashtextextended(…, 0)`. */
export function lockName(config: Pick<Config, 'schema' | 'versionTable'>): string {
  return `pgate ${tableNames(config).versions}`
}

interface Holder {
  readonly pid: number
  readonly application: string
  readonly address: string
  /** `null` where this role may not see other roles' sessions. */
  readonly seconds: number | null
}

/** @see https://www.postgresql.org/docs/current/view-pg-locks.html: how a bigint key is shown */
async function readHolder(context: StepContext, session: Session): Promise<Holder | undefined> {
  const { rows } = await session.query<Holder>(
    `select l.pid,
            case when pg_catalog.length(a.application_name) operator(pg_catalog.>) 0 then a.application_name
                 else 'unnamed' end as application,
            coalesce(pg_catalog.host(a.client_addr), 'local socket') as address,
            extract(epoch from pg_catalog.now() operator(pg_catalog.-) a.backend_start)::integer as seconds
       from (select pg_catalog.hashtextextended($1, 0) as key) k
       join pg_catalog.pg_locks l
         on l.locktype operator(pg_catalog.=) 'advisory' and l.granted and l.objsubid operator(pg_catalog.=) 1
        and l.database operator(pg_catalog.=) (select oid from pg_catalog.pg_database
                           where datname operator(pg_catalog.=) pg_catalog.current_database())
        and (l.classid::bigint operator(pg_catalog.<<) 32 operator(pg_catalog.|) l.objid::bigint)
            operator(pg_catalog.=) k.key
       join pg_catalog.pg_stat_activity a on a.pid operator(pg_catalog.=) l.pid`,
    [lockName(context.config)],
  )
  return rows[0]
}

function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another session'
  const { application, address, pid, seconds } = holder
  const age = seconds === null ? '' : `, connected ${formatDuration(seconds * 1000)} ago`
  return `${application} from ${address} (pid ${pid}${age})`
}

async function tellHolder(context: StepContext, session: Session, waitedMs: number): Promise<void> {
  const holder = await readHolder(context, session)
  const told = `Waiting ${formatDuration(waitedMs)} for the gate's lock, held by ${describeHolder(holder)}`
  context.progress(told)
  context.log.info('lock.wait', told, { waitedMs: Math.round(waitedMs), holder })
}

async function timedOut(
  context: StepContext,
  session: Session,
  waitedMs: number,
): Promise<GateError> {
  const holder = await readHolder(context, session)
  return new GateError(
    'LOCK_TIMEOUT',
    `the gate's lock was not free after ${formatDuration(waitedMs)}: ${describeHolder(holder)} holds it`,
    {
      facts: { waitedMs: Math.round(waitedMs), holder },
      hint: 'Let that gate finish, or raise PGATE_LOCK_TIMEOUT; nothing was changed.',
    },
  )
}

/**
 * Behind a pooler the protocol's process id is the pooler's invention, and a session lock would
 * stay on a server connection that the next query may not get.
 */
async function refusePooler(session: Session): Promise<void> {
  const { rows } = await session.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid')
  if (rows[0]?.pid === session.processId) return
  throw new GateError(
    'CONFIG_POOLER',
    'the connection goes through a pooler, where the lock that keeps two gates apart does not hold',
    {
      facts: {},
      hint: 'Point pgate at PostgreSQL itself (port 5432, not the pooler); the API may keep the pooler.',
    },
  )
}
