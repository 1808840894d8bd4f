import type { StepContext } from '../config/context.ts'
import { interruptible } from '../postgres/session/interruptible.ts'
import { type PipelineResult, type Session, withSession } from '../postgres/session/session.ts'
import { type WaitFor, type WhoIsInTheWay, waitForServer } from '../steps/wait/wait.ts'
import { describeWait } from './outcome.ts'
import { type Resources, type RunContext, sideConnections, withResources } from './resources.ts'

/** What a server is waited for: reading alone, or writing too, and a question sent along. */
export type Wanted = Pick<WaitFor, 'question' | 'needs'>

/**
 * Waits for a usable server and lends the session that proved it, together with the answers to the
 * question that was sent along. What only reads says so (`needs`), and may then use a standby.
 * @throws {GateError} NOT_READY, CONNECTION_REFUSED
 */
export async function waitStep<T>(
  context: StepContext,
  resources: Resources,
  wanted: Wanted,
  use: (session: Session, answers: PipelineResult) => Promise<T>,
): Promise<T> {
  const whoIsInTheWay = lookAround(context, resources)
  const { session, answers } = await resources.steps.run(
    'wait',
    () => waitForServer(context, resources.database, { ...wanted, whoIsInTheWay }),
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

/** Acquires the resources, waits, and lends both: what every command but the gate itself begins with. */
export async function withUsableServer<T>(
  context: RunContext,
  wanted: Wanted,
  use: (session: Session, resources: Resources) => Promise<T>,
): Promise<T> {
  return withResources(context, (resources) =>
    waitStep(context, resources, wanted, (session) => use(session, resources)),
  )
}

const LOOK_CONNECT_MS = 15_000

/** From a connection of its own; the embedded PostgreSQL has none to spare, nor others to wait for. */
function lookAround({ config }: StepContext, resources: Resources): WhoIsInTheWay | undefined {
  const side = sideConnections(resources)
  if (side === undefined) return undefined
  return async (waiting, signal) => {
    const { describeBlocker, lookAt } = await import('../steps/migrate/watch/sightings.ts')
    return withSession(side, { timeoutMs: LOOK_CONNECT_MS, signal }, async (observer) => {
      const { blockers } = await lookAt(observer, waiting.processId, config)
      return blockers.map((one) => ({ pid: one.pid, described: describeBlocker(one) }))
    })
  }
}
