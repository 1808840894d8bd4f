import type { Session } from './session.ts'

export interface TransactionOptions {
  /** Absent: the session's own default. */
  readonly isolation?: 'read committed'
  /** Runs the COMMIT, which may take its time: it can be watched. Default: as it is. */
  readonly commit?: (send: () => Promise<unknown>) => Promise<unknown>
}

/**
 * Runs `use` between `begin` and `commit`; rolls back where it fails. All of it happens or none.
 * Gives back what `use` gives.
 * @throws what `use` throws, or what the server says to `commit` (deferred constraints speak
 *   there); an Error where `use` hid that one of its statements had failed
 */
export async function withTransaction<T>(
  session: Session,
  use: () => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  const { isolation, commit = (send) => send() } = options
  await session.query(isolation === undefined ? 'begin' : `begin isolation level ${isolation}`)
  let result: T
  try {
    result = await use()
    // COMMIT of a failed transaction is no error to the server: it rolls back and says so only
    // in the command tag.
    if (session.transactionStatus() === 'failed') {
      throw new Error('a statement of the transaction failed and its error was not passed on')
    }
  } catch (error) {
    await rollBack(session)
    throw error
  }
  await commit(() => session.query('commit'))
  return result
}

/** Rolls back; never rejects. */
export async function rollBack(session: Pick<Session, 'query'>): Promise<void> {
  try {
    await session.query('rollback')
  } catch {
    // What went wrong first is what the caller must see; a connection that cannot even roll back
    // is lost, and the server rolls back by itself.
  }
}
