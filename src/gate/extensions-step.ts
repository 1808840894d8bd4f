import type { DeclaredExtension } from '../config/config.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import type { GateLock } from '../lock/lock.ts'
import { interruptible } from '../postgres/session/interruptible.ts'
import { type Session, withSession } from '../postgres/session/session.ts'
import {
  applyExtensions,
  type ExtensionPlan,
  type InstalledExtension,
  planExtensions,
} from '../steps/extensions/extensions.ts'
import { otherConnectionFailure } from '../steps/wait/other-connection.ts'
import { describeExtensions } from './summaries.ts'
import type { Resources } from './usable-server.ts'

/** How long the connection of PGATE_ADMIN_URL may take: the server has answered already. */
const ADMIN_CONNECT_MS = 30_000

/** Plans without the lock; only where something is to be done is it taken, and planned again. */
export async function extensionsStep(
  context: StepContext,
  resources: Resources,
  {
    session,
    lock,
    installed,
  }: {
    readonly session: Session
    readonly lock: GateLock
    readonly installed?: readonly InstalledExtension[] | undefined
  },
): Promise<ExtensionPlan> {
  const wanted = context.config.extensions
  const act = async () => {
    const plan = await planExtensions(session, wanted, installed)
    for (const note of plan.notes) context.log.warn('extension.note', note)
    if (plan.actions.length === 0) return plan
    await lock.acquire()
    const planned = await planExtensions(session, wanted)
    const { skipped } = await withAdmin(context, resources, session, (admin) =>
      applyExtensions(context, admin, planned),
    )
    const done = planned.actions.filter(({ name }) => !skipped.some((one) => one.name === name))
    if (resources.admin !== undefined) {
      await refuseOtherDatabase(
        session,
        done.map(({ declared }) => declared),
      )
    }
    return { ...planned, actions: done, skipped: [...planned.skipped, ...skipped] }
  }
  return resources.steps.run('extensions', act, (plan) => describeExtensions(plan, wanted))
}

async function withAdmin<T>(
  context: StepContext,
  resources: Resources,
  session: Session,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  if (resources.admin === undefined) return use(session)
  try {
    const options = { timeoutMs: ADMIN_CONNECT_MS, signal: context.signal }
    return await withSession(resources.admin, options, (admin) =>
      use(interruptible(admin, context)),
    )
  } catch (error) {
    throw otherConnectionFailure(error, 'PGATE_ADMIN_URL')
  }
}

/** An admin URL of another database would create the extensions there, and nobody would notice. */
async function refuseOtherDatabase(
  session: Session,
  wanted: readonly DeclaredExtension[],
): Promise<void> {
  const { actions } = await planExtensions(session, wanted)
  if (actions.length === 0) return
  const missing = actions.map(({ name }) => name)
  throw new GateError(
    'CONFIG_INVALID',
    `PGATE_ADMIN_URL: ${missing.join(', ')} was set up by it, and is not in the database that pgate migrates`,
    {
      facts: { missing },
      hint: 'Name the same database in PGATE_ADMIN_URL as in the connection, with the other role.',
    },
  )
}
