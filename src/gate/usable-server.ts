import type { StepContext } from '../context.ts'
import type { Runner } from '../migrate/journal.ts'
import { interruptible } from '../postgres/interruptible.ts'
import type { Database, FlightResult, Session } from '../postgres/session.ts'
import type { Steps } from '../steps.ts'
import { type Question, waitForServer } from '../wait/wait.ts'
import { describeWait } from './summaries.ts'

/** What the gate works with; `admin` creates extensions where another role has to. */
export interface Gate {
  readonly database: Database
  readonly admin: Database | undefined
  readonly steps: Steps
  readonly runner: Runner
}

/** Where a second connection comes from; the embedded PostgreSQL has one session, which is busy. */
export function sideConnections({ database }: Pick<Gate, 'database'>): Database | undefined {
  return database.exclusive ? undefined : database
}

/**
 * Waits for a usable server and lends the session that proved it, together with the answers to the
 * `question` that was sent along.
 */
export async function withUsableServer<T>(
  context: StepContext,
  gate: Gate,
  use: (session: Session, answers: FlightResult) => Promise<T>,
  question?: Question,
): Promise<T> {
  const { session, answers } = await gate.steps.run(
    'wait',
    () => waitForServer(context, gate.database, question),
    describeWait,
  )
  session.onNotice(({ severity, code, message, detail }) => {
    if (severity !== 'WARNING') return
    context.log.warn('server.warning', [message, detail].filter(Boolean).join('. '), {
      sqlstate: code,
    })
  })
  try {
    return await use(interruptible(session, context), answers)
  } finally {
    await session.close('said')
  }
}
