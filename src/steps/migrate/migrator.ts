import type { StepContext } from '../../config/context.ts'
import type { Session } from '../../postgres/session/session.ts'
import type { MigrateOutcome, MigrateRequest } from './migrate.ts'

/** What a migrator works with, besides the database that the session leads to. */
export type MigratorRequest = Omit<MigrateRequest, 'graph' | 'target'>

/**
 * What takes a database to the application's schema. The gate waits, locks and verifies around it, and
 * asks it nothing but this.
 */
export interface Migrator {
  /** SHA-256 in hex over what it is given. Another one: it may do something else than before. */
  fingerprint(): string
  /**
   * The version rows that a database has afterwards.
   * Undefined where only the migrator knows, or where that depends on where the database is.
   */
  expected(): ReadonlySet<string> | undefined
  /**
   * The revisions that it would apply to this database now, in order; reads alone. Undefined where
   * only the migrator knows: then it is to be applied.
   * @throws {GateError} HISTORY_*, REVISION_*
   */
  pending(context: StepContext, session: Session): Promise<readonly string[] | undefined>
  /**
   * Takes the database there, under the gate's lock, which it acquires where there is something to do.
   * Applied again to what it has just done, it changes nothing.
   * @throws {GateError} LOCK_*, and its own: 53 or 54 where it has failed, the signal's reason where
   *   that has ended it
   */
  apply(context: StepContext, session: Session, request: MigratorRequest): Promise<MigrateOutcome>
}
