import { GateError } from '../../../errors/error.ts'
import { cleanSettings, cleanTransaction } from '../../../lock/clean-transaction.ts'
import { withTransaction } from '../../../postgres/session/transaction.ts'
import type { PreparedRevision } from '../prepare.ts'
import { DURABLE, type Run, watchedFrom } from '../run.ts'
import { watching } from '../watch/watch.ts'

/**
 * A transaction of the run that commits under the gate's lock or not at all. On a direct
 * connection the lock ends with the session, so this is a plain one. Through a pooler it brings
 * its own settings, leaves none of the revision's behind on a server session that others get next,
 * and confirms the lease last: a gate that was stopped for a while cannot commit after another
 * has taken over.
 * @throws {GateError} LOCK_LOST; else as withTransaction
 */
export async function guardedTransaction<T>(run: Run, use: () => Promise<T>): Promise<T> {
  const { session, lease, context } = run
  if (lease === undefined) {
    const watched = { context, session, database: watchedFrom(run), what: 'COMMIT' }
    return withTransaction(session, use, {
      commit: (send) => watching(watched, run.lastSeen, send),
    })
  }
  return cleanTransaction(session, context.config, async () => {
    const result = await use()
    // What is wrong with a failed one is said where it would be committed.
    if (session.transactionStatus() !== 'open') return result
    // Deferred constraints speak under the revision's own settings, before these are put back.
    await session.query(
      `set constraints all immediate; ${cleanSettings(session, context.config)}; ${DURABLE}`,
    )
    await lease.confirm()
    return result
  })
}

/** Before what cannot be in a transaction with its confirmation. */
export async function confirmLock(run: Run): Promise<void> {
  if (run.lease !== undefined) await guardedTransaction(run, async () => {})
}

/**
 * Through a pooler a transaction ends with the lease's confirmation, which would fail against the
 * heartbeat's renewal under any other isolation than read committed.
 * @throws {GateError} CONFIG_POOLER
 */
export function refuseIsolation({ lease }: Run, prepared: readonly PreparedRevision[]): void {
  if (lease === undefined) return
  for (const { revision, begin, statements } of prepared) {
    const [set] = [...begin, ...statements.flatMap((statement) => statement.begin ?? [])]
    if (set === undefined) continue
    const { id, file } = revision
    throw new GateError(
      'CONFIG_POOLER',
      `${file}:${set.line}:${set.column}: the transaction's isolation cannot be set through a pooler`,
      { facts: { revision: id, file, line: set.line } },
    )
  }
}

/**
 * A statement outside a transaction sees through a pooler whatever session it gets: neither
 * PGATE_ROLE nor PGATE_SCHEMA can be set for it.
 * @throws {GateError} CONFIG_POOLER
 */
export function refuseUnsettable(run: Run, prepared: readonly PreparedRevision[]): void {
  const { role, schema } = run.context.config
  if (run.lease === undefined || (role === undefined && schema === 'public')) return
  const found = prepared.find(runsOutside)
  if (found === undefined) return
  const { id, file } = found.revision
  const setting = role === undefined ? 'PGATE_SCHEMA' : 'PGATE_ROLE'
  throw new GateError(
    'CONFIG_POOLER',
    `${file} runs outside a transaction, where ${setting} cannot be set through a pooler`,
    { facts: { revision: id, file, setting } },
  )
}

function runsOutside({ mode, body, statements }: PreparedRevision): boolean {
  if (mode === 'transaction') return false
  return (
    body.kind === 'module' ||
    statements.some(({ transactional, uncertain }) => !transactional || uncertain === true)
  )
}
