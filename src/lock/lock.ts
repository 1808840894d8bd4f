import { jittered } from '../base/backoff.ts'
import { formatDuration } from '../base/duration.ts'
import { oneLine } from '../base/words.ts'
import type { Config } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { observe } from '../postgres/session/observe.ts'
import type { Session } from '../postgres/session/session.ts'
import { type LeaseHolder, leaseTableExists, readLease } from '../store/lease-table.ts'
import { advisoryLock, HOLDERS, lockName } from './advisory-lock.ts'
import { type LockRequest, leaseLock } from './lease.ts'
import type { LockStrategy } from './lock-strategy.ts'
import { cleanTransaction } from './session-state.ts'

/** Polls start at 50 ms apart and slow down to a fifth of a second, each with jitter. */
const FIRST_POLL_MS = 50
const SLOWEST_POLL_MS = 200
/** How often the log says who holds the lock. */
const REPORT_EVERY_MS = 5_000

/** The right to write: one gate at a time for a version table of a database. */
export interface GateLock {
  /**
   * Takes the lock; at once where it is held already. Waits no longer than it `isWanted`, which is
   * asked as long as another gate has it.
   * @returns false where it is not wanted any more, and not held
   * @throws {GateError} LOCK_TIMEOUT after PGATE_LOCK_TIMEOUT, naming who holds it
   */
  acquire(isWanted?: () => Promise<boolean>): Promise<boolean>
  /** The lock once it is acquired. */
  held(): LockStrategy
}

/**
 * Lends a lock that is taken at the first `acquire`, if any, and let go on every way out.
 */
export async function withGateLock<T>(
  context: StepContext,
  request: LockRequest,
  use: (lock: GateLock) => Promise<T>,
): Promise<T> {
  let held: LockStrategy | undefined
  const lock: GateLock = {
    acquire: async (isWanted = async () => true) => {
      held ??= await acquire(context, request, isWanted)
      return held !== undefined
    },
    held: () => {
      if (held === undefined) throw new Error('the lock has not been acquired')
      return held
    },
  }
  try {
    return await use(lock)
  } finally {
    await held?.release()
  }
}

/** Undefined where it was not wanted any more. */
async function acquire(
  context: StepContext,
  request: LockRequest,
  isWanted: () => Promise<boolean>,
): Promise<LockStrategy | undefined> {
  const { session } = request
  const isBehindPooler = request.isPooled ?? (await isPooled(session))
  const strategy = isBehindPooler ? leaseLock(context, request) : advisoryLock(context, session)
  const isTaken = await poll(context, session, { tryOnce: strategy.tryAcquire, isWanted })
  return isTaken ? strategy : undefined
}

/** Behind a pooler the protocol's process id is the pooler's invention. */
async function isPooled(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid')
  return rows[0]?.pid !== session.processId
}

/**
 * Polled, never waited for: a waiter blocked inside the server would hold a snapshot, and CREATE
 * INDEX CONCURRENTLY in the gate that holds the lock would wait for that snapshot for ever.
 */
async function poll(
  context: StepContext,
  session: Session,
  {
    tryOnce,
    isWanted,
  }: {
    readonly tryOnce: () => Promise<boolean>
    readonly isWanted: () => Promise<boolean>
  },
): Promise<boolean> {
  const { clock, config, signal } = context
  const startedAt = clock.now()
  let pauseMs = FIRST_POLL_MS
  let reportedAt = Number.NEGATIVE_INFINITY
  for (;;) {
    if (await tryOnce()) return true
    if (!(await isWanted())) return false
    const waitedMs = clock.now() - startedAt
    if (waitedMs >= config.lockTimeoutMs) {
      throw timedOut(await readHolder(session, config), waitedMs)
    }
    if (clock.now() - reportedAt >= REPORT_EVERY_MS) {
      reportedAt = clock.now()
      reportHolder(context, await readHolder(session, config), waitedMs)
    }
    await clock.sleep(jittered(pauseMs, clock.random()), signal)
    pauseMs = Math.min(pauseMs * 1.5, SLOWEST_POLL_MS)
  }
}

function reportHolder(context: StepContext, holder: Holder | undefined, waitedMs: number): void {
  const message = `Waiting ${formatDuration(waitedMs)} for the gate's lock, held by ${describeHolder(holder)}`
  context.progress(message)
  context.log.info('lock.wait', message, { elapsedMs: Math.round(waitedMs), holder })
}

function timedOut(holder: Holder | undefined, waitedMs: number): GateError {
  return new GateError(
    'LOCK_TIMEOUT',
    `the gate's lock was not free after ${formatDuration(waitedMs)}: ${describeHolder(holder)} holds it`,
    { facts: { waitedMs: Math.round(waitedMs), holder } },
  )
}

/** A session that holds the advisory lock. */
interface LockSession {
  readonly pid: number
  /** The role that it has logged in as: any may take the lock that may connect. */
  readonly role: string
  readonly application: string
  readonly address: string
  /** `null` where this role may not see other roles' sessions. */
  readonly seconds: number | null
}

/** Who holds the gate's lock: a gate behind a pooler, or a session. */
type Holder = LeaseHolder | LockSession

/** Who holds it at this moment; undefined where nobody does any more, or nobody can be seen. */
async function readHolder(session: Session, config: Config): Promise<Holder | undefined> {
  if (await leaseTableExists(session, config)) {
    const lease = await cleanTransaction(session, config, () => readLease(session, config))
    if (lease !== undefined) return lease
  }
  const [holder] = await observe<LockSession>(session, SESSION_SQL, [lockName(config)])
  return holder
}

const SESSION_SQL = `
  select l.pid, coalesce(a.usename::text, 'unknown') as role,
         case when length(a.application_name) > 0 then a.application_name
              else 'unnamed' end as application,
         coalesce(host(a.client_addr), 'local socket') as address,
         extract(epoch from now() - a.backend_start)::integer as seconds
    from (${HOLDERS}) l
    join pg_stat_activity a on a.pid = l.pid`

/** `pgate from 10.0.0.7 (pid 99, role app, connected 3s ago)`, `pgate 0.1.0 on web-1 (…)`. Pure. */
function describeHolder(holder: Holder | undefined): string {
  if (holder === undefined) return 'another session'
  if ('expired' in holder) {
    const { version, host, seconds, expired } = holder
    const state = expired ? ', silent since' : ''
    return `pgate ${oneLine(`${version} on ${host}`)} (through a pooler, since ${formatDuration(seconds * 1000)}${state})`
  }
  const { application, role, address, pid, seconds } = holder
  const age = seconds === null ? '' : `, connected ${formatDuration(seconds * 1000)} ago`
  return `${application} from ${address} (pid ${pid}, role ${role}${age})`
}
