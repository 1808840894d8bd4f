import type { Steps } from '../base/steps.ts'
import type { StepContext } from '../config/context.ts'
import { interruptible } from '../postgres/session/interruptible.ts'
import {
  type Database,
  type PipelineResult,
  type Session,
  withSession,
} from '../postgres/session/session.ts'
import { type WaitFor, type WhoIsInTheWay, waitForServer } from '../steps/wait/wait.ts'
import type { Origin } from '../store/journal.ts'
import { describeWait } from './summaries.ts'

/** What the gate works with; `admin` creates extensions where another role has to. */
export interface Resources {
  readonly database: Database
  readonly admin: Database | undefined
  readonly steps: Steps
  readonly origin: Origin
}

/** Where a second connection comes from; the embedded PostgreSQL has one session, which is busy. */
export function sideConnections({ database }: Pick<Resources, 'database'>): Database | undefined {
  return database.exclusive ? undefined : database
}

/**
 * Waits for a usable server and lends the session that proved it, together with the answers to the
 * question that was sent along. What only reads says so (`needs`), and may then use a standby.
 */
export async function withUsableServer<T>(
  context: StepContext,
  resources: Resources,
  use: (session: Session, answers: PipelineResult) => Promise<T>,
  want: Pick<WaitFor, 'question' | 'needs'> = {},
): Promise<T> {
  const { session, answers } = await resources.steps.run(
    'wait',
    () =>
      waitForServer(context, resources.database, {
        ...want,
        whoIsInTheWay: looking(context, resources),
      }),
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
    await session.close({ waitFor: 'flush' })
  }
}

const LOOK_CONNECT_MS = 15_000

/** From a connection of its own; the embedded PostgreSQL has none to spare, nor others to wait for. */
function looking({ config }: StepContext, { database }: Resources): WhoIsInTheWay | undefined {
  if (database.exclusive) return undefined
  return async (waiting, signal) => {
    const { describeBlocker, lookAt } = await import('../steps/migrate/watch/sightings.ts')
    return withSession(database, { timeoutMs: LOOK_CONNECT_MS, signal }, async (observer) => {
      const { blockers } = await lookAt(observer, waiting.processId, config)
      return blockers.map((one) => ({ pid: one.pid, described: describeBlocker(one) }))
    })
  }
}
