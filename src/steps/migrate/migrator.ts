import type { StepContext } from '../../config/context.ts'
import type { Session } from '../../postgres/session/session.ts'
import type { MigrateOutcome, MigrateRequest } from './migrate.ts'

/** What a migrator works with, besides the database that the session leads to. */
export interface MigratorRequest extends Omit<MigrateRequest, 'graph' | 'target'> {
  /** Whether another gate has done the same work and proved it; absent: nobody knows. */
  readonly isProved?: () => Promise<boolean>
  /** What another program is known to work with; absent: nothing says that. */
  readonly inputs?: string | undefined
}

/**
 * What takes a database to the application's schema. The gate waits, locks and verifies around it, and
 * asks it nothing but this.
 */
export interface Migrator {
  /**
   * The version rows that a database has afterwards.
   * Undefined where only the migrator knows, or where that depends on where the database is.
   */
  expected(): ReadonlySet<string> | undefined
  /**
   * Takes the database there, under the gate's lock, which it acquires where there is something to do.
   * Applied again to what it has just done, it changes nothing.
   * @throws {GateError} LOCK_*, and its own: 53 or 54 where it has failed, the signal's reason where
   *   that has ended it
   */
  apply(context: StepContext, session: Session, request: MigratorRequest): Promise<MigrateOutcome>
}
