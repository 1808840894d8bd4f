import type { StepContext } from '../config/context.ts'
import type { GateLock } from '../lock/lock.ts'
import type { Session } from '../postgres/session/session.ts'
import { type Precautions, precautionsOf } from '../steps/migrate/precautions.ts'
import { startRun } from '../steps/migrate/run.ts'
import { type Resources, sideConnections } from './resources.ts'

/**
 * Lends the precautions that a run takes before it first writes; a failure behind them says where the
 * database was. None are taken on an embedded or a throwaway database, which nobody restores.
 */
export async function withPrecautions<T>(
  { reach }: Pick<Resources, 'reach'>,
  use: (precautions: Precautions | undefined) => Promise<T>,
): Promise<T> {
  if (reach !== undefined) return use(undefined)
  const precautions = precautionsOf()
  try {
    return await use(precautions)
  } catch (error) {
    throw precautions.explain(error)
  }
}

/** Takes them before extensions are created, which a restore is to undo, too; the session is as it was afterwards. */
export async function takeBeforeExtensions(
  context: StepContext,
  resources: Resources,
  at: {
    readonly session: Session
    readonly lock: GateLock
    readonly precautions: Precautions | undefined
  },
): Promise<void> {
  const { session, lock, precautions } = at
  if (precautions === undefined) return
  const request = { lock, origin: resources.origin, sideConnections: sideConnections(resources) }
  await precautions.take(startRun(context, session, request), 'extensions')
  // Extensions are created by the role that has logged in.
  await session.query('reset session authorization; reset role; reset all')
}
