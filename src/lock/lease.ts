import { randomUUID } from 'node:crypto'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { interruptible } from '../postgres/session/interruptible.ts'
import { type Database, type Session, withSession } from '../postgres/session/session.ts'
import {
  DUPLICATE_SCHEMA,
  DUPLICATE_TABLE,
  sqlstateOf,
  UNIQUE_VIOLATION,
} from '../postgres/sql/sqlstate.ts'
import type { Origin } from '../store/journal.ts'
import {
  clearLease,
  deleteLease,
  ensureLeaseTable,
  insertLease,
  leaseTableExists,
  readLease,
  renewLease,
} from '../store/lease-table.ts'
import { tryTransactionLock } from './advisory-lock.ts'
import { cleanTransaction } from './clean-transaction.ts'
import { startHeartbeat } from './heartbeat.ts'

/** How long letting go over a new connection may take, in milliseconds. */
const LAST_TRY_MS = 5_000
/** The same where the gate was told to end. */
const LAST_TRY_INTERRUPTED_MS = 1_000

/** Where the lock is taken. */
export interface LockPlace {
  readonly session: Session
  /** Where a second connection comes from; absent: there is none to be had. */
  readonly database: Database | undefined
  readonly origin: Origin
  /** Whether a pooler is between; absent: it is asked for. */
  readonly isPooled?: boolean | undefined
}

/** The right to write, through a pooler: a row instead of a session's lock. */
export interface Lease {
  /** Aborts with LOCK_LOST when the heartbeat finds that another gate has taken it. */
  readonly lost: AbortSignal
  /**
   * The last act of a transaction before its commit: that commit then happens under the lease, or
   * not at all. Until it nobody can take the lease away.
   * @throws {GateError} LOCK_LOST
   */
  confirm(): Promise<void>
}

/** A lease, and how to let go of it. */
export interface HeldLease extends Lease {
  /** Never rejects: what is not let go expires. */
  release(): Promise<void>
}

/** What came of one try at a table that several gates create at once. */
const RIVAL_CREATED: ReadonlySet<string | undefined> = new Set([
  DUPLICATE_SCHEMA,
  DUPLICATE_TABLE,
  UNIQUE_VIOLATION,
])

/**
 * Takes the lease where it is free or has expired, in one transaction that has the advisory lock
 * too: gates on a direct connection hold that one while they work, and look for a lease after they
 * got it, so either of the two sees the other.
 * @returns the holder's id, or undefined where somebody else has the lease
 */
export async function tryLease(
  { config }: StepContext,
  { session, origin }: LockPlace,
): Promise<string | undefined> {
  const holder = randomUUID()
  try {
    return await cleanTransaction(session, config, async () => {
      if (await isHeldByOther(session, config)) return undefined
      if (!(await tryTransactionLock(session, config))) return undefined
      await ensureLeaseTable(session, config)
      if (!(await clearLease(session, config))) return undefined
      await insertLease(session, config, { holder, origin })
      return holder
    })
  } catch (error) {
    if (RIVAL_CREATED.has(sqlstateOf(error))) return undefined
    throw error
  }
}

/** Whoever only waits takes no lock at all, so that waiters are in nobody's way. */
async function isHeldByOther(session: Session, config: StepContext['config']): Promise<boolean> {
  if (!(await leaseTableExists(session, config))) return false
  return (await readLease(session, config))?.expired === false
}

/** Keeps a lease that was taken: heartbeat, confirmation, and letting go. */
export function holdLease(context: StepContext, place: LockPlace, holder: string): HeldLease {
  const { config } = context
  const { session, database } = place
  const lost = new AbortController()
  const renew = (over: Session) =>
    cleanTransaction(over, config, () => renewLease(over, config, holder))
  const stop =
    database && startHeartbeat({ context, database, renew, onLost: () => lost.abort(lockLost()) })
  return {
    lost: lost.signal,
    confirm: async () => {
      if (!(await renewLease(session, config, holder))) throw lockLost()
    },
    release: async () => {
      await stop?.()
      await letGo(context, place, holder)
    },
  }
}

/** The working session may be gone: a new one then lets go, so that nobody waits for the expiry. */
async function letGo(
  context: StepContext,
  { session, database }: LockPlace,
  holder: string,
): Promise<void> {
  const { config, log, signal } = context
  const remove = (over: Session) =>
    cleanTransaction(over, config, () => deleteLease(over, config, holder))
  try {
    await remove(session)
  } catch (error) {
    log.debug('lock.release', 'Letting go over a new connection', { reason: String(error) })
    if (database === undefined) return
    const timeoutMs = signal.aborted ? LAST_TRY_INTERRUPTED_MS : LAST_TRY_MS
    const limit = { signal: AbortSignal.timeout(timeoutMs), unanswered: context.unanswered }
    const connect = { timeoutMs, signal: limit.signal }
    const letGoAgain = (again: Session) => remove(interruptible(again, limit))
    await withSession(database, connect, letGoAgain).catch((second) => {
      log.warn('lock.release', 'The lease could not be let go; it expires within 30 seconds', {
        reason: String(second),
      })
    })
  }
}

function lockLost(): GateError {
  return new GateError(
    'LOCK_LOST',
    "the gate's lease expired and another gate took it: this one was stopped or cut off for over 30 seconds",
    { facts: {} },
  )
}
