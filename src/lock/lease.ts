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
  isLeaseLocked,
  leaseTableExists,
  readLease,
  renewLease,
} from '../store/lease-table.ts'
import { tryTransactionLock } from './advisory-lock.ts'
import { startHeartbeat } from './heartbeat.ts'
import type { LockStrategy, RevisionNeeds } from './lock-strategy.ts'
import { cleanTransaction, DURABLE, transactionState } from './session-state.ts'

/** How long letting go over a new connection may take, in milliseconds. */
const LAST_TRY_MS = 5_000
/** The same where the gate was asked to end. */
const LAST_TRY_INTERRUPTED_MS = 1_000

/** Where the lock is taken. */
export interface LockRequest {
  readonly session: Session
  /** Where a second connection comes from; absent: there is none available. */
  readonly database: Database | undefined
  readonly origin: Origin
  /** Whether a pooler is between; absent: it is asked for. */
  readonly isPooled?: boolean | undefined
}

/**
 * The lock behind a pooler, where no session is ours: a row with an expiry, which a heartbeat renews.
 * Each transaction brings its own state, leaves none of a revision's behind on a server session that
 * others get next, and renews the row last: until its commit nobody can take the lease away.
 * @see docs/decisions/0005-a-lease-behind-a-pooler.md
 */
export function leaseLock(context: StepContext, request: LockRequest): LockStrategy {
  const { config } = context
  const { session, database } = request
  const holder = randomUUID()
  const lost = new AbortController()
  let stopHeartbeat: (() => Promise<void>) | undefined
  const renew = (over: Session) =>
    cleanTransaction(over, config, () => renewLease(over, config, holder))
  const transaction: LockStrategy['transaction'] = (use, commit) =>
    cleanTransaction(
      session,
      config,
      async () => {
        const result = await use()
        // What is wrong with a failed one is said where it would be committed.
        if (session.transactionStatus() !== 'open') return result
        const back = [...transactionState(session, config), DURABLE]
        // Deferred constraints speak under the revision's own settings, before these are put back.
        await session.query(['set constraints all immediate', ...back].join('; '))
        if (!(await renewLease(session, config, holder))) throw lockLost()
        return result
      },
      commit,
    )
  return {
    tryAcquire: async () => {
      if (!(await tryLease(context, request, holder))) return false
      const onLost = () => lost.abort(lockLost())
      stopHeartbeat = database && startHeartbeat({ context, database, renew, onLost })
      return true
    },
    release: async () => {
      await stopHeartbeat?.()
      await letGo(context, request, holder)
    },
    lost: lost.signal,
    transaction,
    // The statement may get another session than settings that were sent before it.
    beforeStatement: () => transaction(async () => {}),
    resetStatements: () => [],
    reset: async () => 'held',
    mayPipeline: false,
    canWatch: false,
    refusal: (needs) => refusalOf(config, needs),
    mayStillCommit: async (observer) => {
      // What the session was to commit has renewed the row, and keeps it locked until it is over.
      return isLeaseLocked(observer, config)
    },
  }
}

const HINT_POOLER =
  'Point pgate at PostgreSQL itself (port 5432, not the pooler); the API may keep the pooler. No revision was run.'

/**
 * Under any other isolation than read committed the renewal at a transaction's end would fail against
 * the heartbeat's. A statement outside a transaction gets whatever session the pooler gives it:
 * neither PGATE_ROLE nor PGATE_SCHEMA can be set for it.
 */
function refusalOf(
  { role, schema }: StepContext['config'],
  { id, file, isolation, runsOutside }: RevisionNeeds,
): GateError | undefined {
  if (isolation !== undefined) {
    const { line, column } = isolation
    return new GateError(
      'CONFIG_POOLER',
      `${file}:${line}:${column}: the transaction's isolation cannot be set through a pooler`,
      { facts: { revision: id, file, line }, hint: HINT_POOLER },
    )
  }
  if (!runsOutside || (role === undefined && schema === 'public')) return undefined
  const setting = role === undefined ? 'PGATE_SCHEMA' : 'PGATE_ROLE'
  return new GateError(
    'CONFIG_POOLER',
    `${file} runs outside a transaction, where ${setting} cannot be set through a pooler`,
    { facts: { revision: id, file, setting }, hint: HINT_POOLER },
  )
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
 * @returns false where somebody else has the lease
 */
async function tryLease(
  { config }: StepContext,
  { session, origin }: LockRequest,
  holder: string,
): Promise<boolean> {
  try {
    return await cleanTransaction(session, config, async () => {
      if (await isHeldByOther(session, config)) return false
      if (!(await tryTransactionLock(session, config))) return false
      await ensureLeaseTable(session, config)
      if (!(await clearLease(session, config))) return false
      await insertLease(session, config, { holder, origin })
      return true
    })
  } catch (error) {
    if (RIVAL_CREATED.has(sqlstateOf(error))) return false
    throw error
  }
}

/** A gate that only waits takes no lock at all, so that it blocks nobody. */
async function isHeldByOther(session: Session, config: StepContext['config']): Promise<boolean> {
  if (!(await leaseTableExists(session, config))) return false
  return (await readLease(session, config))?.expired === false
}

/** The working session may be gone: a new one then lets go, so that nobody waits for the expiry. */
async function letGo(
  context: StepContext,
  { session, database }: LockRequest,
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
