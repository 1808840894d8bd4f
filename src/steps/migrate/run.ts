import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import type { GateLock } from '../../lock/lock.ts'
import type { LockStrategy } from '../../lock/lock-strategy.ts'
import type { Database, Session } from '../../postgres/session/session.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import { ensureTables } from '../../store/existing-tables.ts'
import { type Journal, journalOf, type Origin, runless } from '../../store/journal.ts'
import type { RestorePoint } from '../../store/restore-point.ts'
import type { TableNames } from '../../store/tables.ts'
import { resetRoleSql } from './settings.ts'
import { blockerEnding } from './watch/end-blockers.ts'
import type { LastSeen } from './watch/ended-blockers.ts'

/** What every part of a run needs: one session, under the gate's lock. */
export interface Run {
  readonly context: StepContext
  readonly session: Session
  readonly names: TableNames
  readonly journal: Journal
  readonly origin: Origin
  /** Where the database was before it; absent: nobody has asked. */
  readonly restorePoint?: RestorePoint | null
  readonly lock: LockStrategy
  /** Where more sessions come from; absent where this one is the only one (embedded). */
  readonly sideConnections: Database | undefined
  readonly lastSeen: LastSeen
  /** What runs now; absent before the first revision and in a run without any. */
  readonly revision?: Pick<Revision, 'id' | 'file'>
}

/** A run over a session that the caller holds, with the lock. A lock that is lost ends it. */
export function startRun(
  context: StepContext,
  session: Session,
  {
    origin,
    lock: gateLock,
    sideConnections,
  }: {
    readonly origin: Origin
    readonly lock: Pick<GateLock, 'held'>
    readonly sideConnections?: Database | undefined
  },
): Run {
  const lock = gateLock.held()
  const signal = AbortSignal.any([context.signal, lock.lost])
  const names = tableNames(context.config)
  const journal = journalOf(names, origin)
  const lastSeen = { blockers: [], ending: blockerEnding(context, names) }
  return {
    context: { ...context, signal },
    ...{ session, names, journal, origin, lock, sideConnections, lastSeen },
  }
}

/**
 * Makes the tables that are missing, in the caller's transaction.
 * @returns the run, whose rows do not say its id where the journal cannot hold it
 * @throws {GateError} HISTORY_TABLE
 */
export async function withTables(run: Run): Promise<Run> {
  const { names, origin, restorePoint } = run
  const { lacksRun } = await ensureTables(run.session, names)
  return lacksRun ? { ...run, journal: journalOf(names, runless(origin), restorePoint) } : run
}

/** `972fc63ffb69 -> 567cc0f251e5, add session templates table`, as Alembic writes it. */
export function describeStep(revision: Revision, action: 'upgrade' | 'downgrade'): string {
  const below = revision.revises.length === 0 ? '<base>' : revision.revises.join(', ')
  const [from, to] = action === 'upgrade' ? [below, revision.id] : [revision.id, below]
  return `${from} -> ${to}, ${revision.message}`
}

/**
 * Puts the session in the state that every revision starts from, and says so where the last one has
 * released the gate's lock, which is then taken again, or the run ends.
 * @throws {GateError} LOCK_LOST
 */
export async function resetSession({ context, revision, lock }: Run): Promise<void> {
  const state = await lock.reset()
  if (state === 'held') return
  const who = revision === undefined ? 'this session' : `revision ${revision.id} (${revision.file})`
  if (state === 'lost') {
    throw new GateError('LOCK_LOST', `${who} released the gate's lock, and another gate took it`, {
      facts: { revision: revision?.id, file: revision?.file },
      hint: 'Take DISCARD ALL and pg_advisory_unlock_all() out of it. Run pgate again: what was committed stands, and the other gate continues from there.',
    })
  }
  context.log.warn('lock.retaken', `${who} released the gate's lock; it was taken again`, {
    revision: revision?.id,
  })
}

/**
 * Inside a transaction of a revision that may have set another role: sets the run's own again. What
 * is wrong with a failed transaction is reported where its COMMIT would be.
 */
export async function resetRole({ session, context }: Run): Promise<void> {
  if (session.transactionStatus() === 'open') {
    await session.query(resetRoleSql(context.config).join('; '))
  }
}
