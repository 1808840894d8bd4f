import type { GateError } from '../errors/error.ts'
import type { Session } from '../postgres/session/session.ts'

/**
 * How one gate alone gets to write to a database, and what the session that works for it can be
 * relied on for: one implementation for each way in which a server is reached. Code that works under
 * the lock asks nothing but this; which of them it is nobody knows outside `lock/`.
 */
export interface LockStrategy {
  /** One try, which never waits; true where the lock is held from now on. */
  tryAcquire(): Promise<boolean>
  /** Lets go; never rejects: what cannot be let go ends with the session, or expires. */
  release(): Promise<void>
  /** Aborts with LOCK_LOST as soon as another gate is found to have taken the lock. */
  readonly lost: AbortSignal
  /**
   * Runs `use` in a transaction that commits under the lock or not at all: a gate that was stopped
   * for a while cannot commit after another has taken over.
   * @param commit runs the COMMIT, which may take its time: it can be watched
   * @throws {GateError} LOCK_LOST; else as withTransaction
   */
  transaction<T>(
    use: () => Promise<T>,
    commit?: (send: () => Promise<unknown>) => Promise<unknown>,
  ): Promise<T>
  /**
   * Before a statement that cannot run in a transaction: makes sure of the lock, and sets what can
   * be set for such a statement.
   * @throws {GateError} LOCK_LOST
   */
  beforeStatement(settings?: string): Promise<void>
  /** What puts the session back, one statement each; none where there is no session to put back. */
  resetStatements(): readonly string[]
  /**
   * Puts the session in the state that every revision starts from: the role of PGATE_ROLE, every
   * setting as at the connection's start, but for those that are the same everywhere, and
   * PGATE_SCHEMA first on the search path. Asks in the same round trip whether the session has the
   * lock still, which DISCARD ALL and pg_advisory_unlock_all() released, and takes it again.
   * @returns `lost` where another gate has it by now
   */
  reset(): Promise<'held' | 'retaken' | 'lost'>
  /** Whether revisions, each with its own `begin` and `commit`, may be sent in one pipeline. */
  readonly mayPipeline: boolean
  /** Whether a second connection can see what the session that works is at. */
  readonly canWatch: boolean
  /** What a revision needs and cannot have under this lock; undefined where there is nothing. */
  refusal(needs: RevisionNeeds): GateError | undefined
  /**
   * Whether a transaction of the lost session may commit still, asked over another connection,
   * inside a transaction there.
   */
  mayStillCommit(observer: Session): Promise<boolean>
}

/** What a revision asks of its session. */
export interface RevisionNeeds {
  readonly id: string
  readonly file: string
  /** Where it sets the isolation of its transaction; absent: nowhere. */
  readonly isolation?: { readonly line: number; readonly column: number } | undefined
  /** True where something of it runs outside a transaction. */
  readonly runsOutside: boolean
}
