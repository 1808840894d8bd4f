import { formatDuration } from '../base/duration.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'
import { inspected } from '../store/inspection.ts'
import { clearLease, leaseTable } from '../store/lease-table.ts'
import { tryAdvisoryLock, unlockAdvisory } from './advisory-lock.ts'
import { cleanTransaction } from './clean-transaction.ts'
import { describeHolder, type Holder, readHolder } from './holder.ts'
import { type HeldLease, holdLease, type Lease, type LockPlace, tryLease } from './lease.ts'

/** Polls start at 50 ms apart and slow down to a fifth of a second, each with jitter. */
const FIRST_POLL_MS = 50
const SLOWEST_POLL_MS = 200
/** How often the operator is told who holds the lock. */
const TELL_EVERY_MS = 5_000

/** The right to write: one gate at a time for a version table of a database. */
export interface GateLock {
  /**
   * Takes the lock; at once where it is held already. Waits no longer than it `isWanted`, which is
   * asked as long as another gate has it.
   * @returns false where it is not wanted any more, and not held
   * @throws {GateError} LOCK_TIMEOUT after PGATE_LOCK_TIMEOUT, naming who holds it
   */
  acquire(isWanted?: () => Promise<boolean>): Promise<boolean>
  /**
   * Takes the lock that the session has let go of, where it is free still; one try.
   * @returns false where another gate has it
   */
  retake(): Promise<boolean>
  /** Once acquired: what each commit has to confirm. Absent on a direct connection. */
  lease(): Lease | undefined
}

interface Held {
  readonly lease?: HeldLease
  release(): Promise<void>
}

/**
 * Lends a lock that is taken at the first `acquire`, if any, and let go on every way out. On a
 * direct connection it is a session advisory lock of the very connection that does the work, so
 * that it can never outlive it or be outlived by it. Through a pooler no session is ours: there it
 * is a lease, a row with an expiry.
 * @see docs/decisions/0005-a-lease-behind-a-pooler.md
 */
export async function withGateLock<T>(
  context: StepContext,
  place: LockPlace,
  use: (lock: GateLock) => Promise<T>,
): Promise<T> {
  let held: Held | undefined
  const lock: GateLock = {
    acquire: async (isWanted = async () => true) => {
      held ??= await acquire(context, place, isWanted)
      return held !== undefined
    },
    retake: () => tryAlone(context, place.session),
    lease: () => held?.lease,
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
): Promise<Held | undefined> {
  const { session } = place
  if (!(place.isPooled ?? (await isPooled(session)))) {
    const tryOnce = async () => (await tryAlone(context, session)) || undefined
    const taken = await poll(context, session, { tryOnce, isWanted })
    return taken && { release: () => release(context, session) }
  }
  const tryOnce = () => tryLease(context, place)
  const holder = await poll(context, session, { tryOnce, isWanted })
  if (holder === undefined) return undefined
  const lease = holdLease(context, place, holder)
  return { lease, release: lease.release }
}

/** Behind a pooler the protocol's process id is the pooler's invention. */
async function isPooled(session: Session): Promise<boolean> {
  const { rows } = await session.query<{ pid: number }>('select pg_catalog.pg_backend_pid() as pid')
  return rows[0]?.pid !== session.processId
}

/** The advisory lock, unless a gate behind a pooler has a lease. */
async function tryAlone(context: StepContext, session: Session): Promise<boolean> {
  const { config } = context
  const { isLocked, found } = await tryAdvisoryLock(session, config, leaseTable(config))
  if (!isLocked) return false
  let isFree = false
  try {
    const isThere = inspected(found).size > 0
    isFree =
      !isThere || (await cleanTransaction(session, config, () => clearLease(session, config)))
  } finally {
    if (!isFree) await release(context, session)
  }
  return isFree
}

/** A failing release is told and no more: the server lets go of the lock when the session ends. */
async function release({ config, log }: StepContext, session: Session): Promise<void> {
  try {
    await unlockAdvisory(session, config)
  } catch (error) {
    log.debug('lock.release', 'The lock goes with its session', { reason: String(error) })
  }
}

/**
 * Polled, never waited for: a waiter blocked inside the server would hold a snapshot, and CREATE
 * INDEX CONCURRENTLY in the gate that holds the lock would wait for that snapshot for ever.
 */
async function poll<T>(
  context: StepContext,
  session: Session,
  {
    tryOnce,
    isWanted,
  }: {
    readonly tryOnce: () => Promise<T | undefined>
    readonly isWanted: () => Promise<boolean>
  },
): Promise<T | undefined> {
  const { clock, config, signal } = context
  const startedAt = clock.now()
  let pauseMs = FIRST_POLL_MS
  let toldAt = Number.NEGATIVE_INFINITY
  for (;;) {
    const taken = await tryOnce()
    if (taken !== undefined) return taken
    if (!(await isWanted())) return undefined
    const waitedMs = clock.now() - startedAt
    if (waitedMs >= config.lockTimeoutMs) {
      throw timedOut(await readHolder(session, config), waitedMs)
    }
    if (clock.now() - toldAt >= TELL_EVERY_MS) {
      toldAt = clock.now()
      tellHolder(context, await readHolder(session, config), waitedMs)
    }
    await clock.sleep(pauseMs * (0.5 + clock.random() / 2), signal)
    pauseMs = Math.min(pauseMs * 1.5, SLOWEST_POLL_MS)
  }
}

function tellHolder(context: StepContext, holder: Holder | undefined, waitedMs: number): void {
  const told = `Waiting ${formatDuration(waitedMs)} for the gate's lock, held by ${describeHolder(holder)}`
  context.progress(told)
  context.log.info('lock.wait', told, { waitedMs: Math.round(waitedMs), holder })
}

function timedOut(holder: Holder | undefined, waitedMs: number): GateError {
  return new GateError(
    'LOCK_TIMEOUT',
    `the gate's lock was not free after ${formatDuration(waitedMs)}: ${describeHolder(holder)} holds it`,
    { facts: { waitedMs: Math.round(waitedMs), holder } },
  )
}
