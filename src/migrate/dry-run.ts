import type { StepContext } from '../context.ts'
import type { Session } from '../postgres/session.ts'
import { type MigrateRequest, pendingFrom } from './migrate.ts'
import { type PreparedRevision, prepareRevisions } from './prepare.ts'
import { readState } from './state.ts'
import { tableNames } from './tables.ts'

/** What an upgrade would run, in order; cut into statements, so that a syntax error is found. */
export interface PlannedUpgrade {
  readonly prepared: readonly PreparedRevision[]
  /** The version rows now. */
  readonly versions: ReadonlySet<string>
  readonly ahead: boolean
}

/**
 * Looks what `migrate` would do now; reads alone, and takes no lock.
 * @throws {GateError} HISTORY_*, REVISION_*, MIGRATION_FAILED for a syntax error
 */
export async function planUpgrade(
  context: Pick<StepContext, 'config'>,
  session: Session,
  wanted: Pick<MigrateRequest, 'graph' | 'target'>,
): Promise<PlannedUpgrade> {
  const state = await readState(session, tableNames(context.config))
  const { plan, ahead } = pendingFrom(context, wanted, state)
  const prepared = await prepareRevisions(plan, 'upgrade')
  return Object.freeze({ prepared, versions: state.versions, ahead })
}
