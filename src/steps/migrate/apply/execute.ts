import { cancellable } from '../../../postgres/session/cancellable.ts'
import type { Session } from '../../../postgres/session/session.ts'
import type { Statement } from '../../../revisions/file/revision.ts'
import { type Run, watchedFrom } from '../run.ts'
import { watching } from '../watch/watch.ts'

/** Runs one of the revision's own acts: cancelled when the signal aborts, watched when it is slow. */
export async function execute<T>(run: Run, what: string, act: () => Promise<T>): Promise<T> {
  const { context, session, lastSeen } = run
  const database = watchedFrom(run)
  lastSeen.blockers = []
  return watching({ context, session, database, what }, lastSeen, () =>
    cancellable(session, context.signal, act),
  )
}

/** One statement, with the data that it has in the file. */
export async function send(
  session: Pick<Session, 'query' | 'copyIn'>,
  { text, copy }: Pick<Statement, 'text' | 'copy'>,
): Promise<void> {
  if (copy === undefined) await session.query(text)
  else await session.copyIn(text, copy.data)
}

/** What has to come before all else in a transaction that has just begun: SET TRANSACTION. */
export async function beginAs(
  { session }: Pick<Run, 'session'>,
  begin: readonly Statement[],
  at: { statement?: Statement },
): Promise<void> {
  for (const statement of begin) {
    at.statement = statement
    await session.query(statement.text)
  }
  delete at.statement
}
