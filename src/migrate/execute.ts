import { cancellable } from '../postgres/cancellable.ts'
import type { Run } from './run.ts'
import { watching } from './watch.ts'

/** Runs one of the revision's own acts: cancelled when the signal aborts, watched when it is slow. */
export async function execute<T>(run: Run, what: string, act: () => Promise<T>): Promise<T> {
  const { context, session, watchOn: database, lastSeen } = run
  lastSeen.blockers = []
  return watching({ context, session, database, what }, lastSeen, () =>
    cancellable(session, context.signal, act),
  )
}
