import { jittered } from '../base/backoff.ts'
import { formatDuration } from '../base/duration.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { advisoryLock } from './advisory-lock.ts'
import { describeHolder, type Holder, readHolder } from './holder.ts'
import { type LockPlace, leaseLock } from './lease.ts'
import type { LockStrategy } from './lock-strategy.ts'

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
  place: LockPlace,
  use: (lock: GateLock) => Promise<T>,
): Promise<T> {
  let held: LockStrategy | undefined
  const lock: GateLock = {
    acquire: async (isWanted = async () => true) => {
      held ??= await acquire(context, place, isWanted)
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
  place: LockPlace,
  isWanted: () => Promise<boolean>,
): Promise<LockStrategy | undefined> {
  const { session } = place
  const isBehindPooler = place.isPooled ?? (await isPooled(session))
  const strategy = isBehindPooler ? leaseLock(context, place) : advisoryLock(context, session)
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
  context.log.info('lock.wait', message, { waitedMs: Math.round(waitedMs), holder })
}

function timedOut(holder: Holder | undefined, waitedMs: number): GateError {
  return new GateError(
    'LOCK_TIMEOUT',
    `the gate's lock was not free after ${formatDuration(waitedMs)}: ${describeHolder(holder)} holds it`,
    { facts: { waitedMs: Math.round(waitedMs), holder } },
  )
}
