import type { DeclaredExtension } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import type { Session } from '../../postgres/session/session.ts'
import { type AppliedActions, runActions } from './apply.ts'
import { readInstalled, readState } from './catalog.ts'
import { cannotBeHad } from './failures.ts'
import { type ExtensionPlan, extensionPlan, planWithoutActions } from './plan.ts'
import { reachNotes } from './reach.ts'
import type { InstalledExtension } from './state.ts'

export { INSTALLED_SQL, installedFrom, readInstalled } from './catalog.ts'
export type {
  CreateExtension,
  ExtensionAction,
  ExtensionPlan,
  SkippedExtension,
  UpdateExtension,
} from './plan.ts'
export {
  checkInstalled,
  type ExtensionFault,
  type InstalledExtension,
  requiredExtensions,
} from './state.ts'

/**
 * What has to be created or updated so that every wanted extension is there and at its floor;
 * reads only. Where all is right, that is one query and a plan without actions; none where what is
 * `installed` is known already.
 * @throws {GateError} EXTENSION_UNAVAILABLE, EXTENSION_TOO_OLD: every problem at once
 */
export async function planExtensions(
  session: Session,
  wanted: readonly DeclaredExtension[],
  known?: readonly InstalledExtension[],
): Promise<ExtensionPlan> {
  const installed = known ?? (await readInstalled(session))
  const right = planWithoutActions(wanted, installed)
  if (right !== undefined) {
    const reach = await reachNotes(session, wanted, installed)
    return Object.freeze({ ...right, notes: [...right.notes, ...reach] })
  }
  const state = await readState(session, wanted, installed)
  const { actions, notes, skipped, problems } = extensionPlan(wanted, state)
  if (problems.length > 0) {
    throw cannotBeHad(problems, { offered: state.offered, ...session.server })
  }
  return Object.freeze({ actions, notes, skipped })
}

/**
 * Does what the plan says, with the role of `executor`: each action in a transaction of its own.
 * What another session did first counts as done.
 * @throws {GateError} EXTENSION_NOT_PERMITTED (all refusals at once, with what to run instead),
 *   EXTENSION_FAILED, CONNECTION_LOST, or the reason of the context's signal
 */
export async function applyExtensions(
  context: StepContext,
  executor: Session,
  plan: ExtensionPlan,
): Promise<AppliedActions> {
  return runActions(
    {
      context,
      session: executor,
      replan: async (action) => (await planExtensions(executor, [action.declared])).actions,
    },
    plan.actions,
  )
}
