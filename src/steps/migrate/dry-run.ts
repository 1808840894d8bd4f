import type { StepContext } from '../../config/context.ts'
import { tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import { readState } from '../../store/state.ts'
import { ownTables } from '../../store/tables.ts'
import { type DowngradeRequest, planBack } from './downgrade.ts'
import { type MigrateRequest, pendingFrom } from './migrate.ts'
import { type PreparedRevision, prepareRevisions } from './prepare.ts'

/** What would be run, in order; cut into statements, so that a syntax error is found. */
export interface PlannedRun {
  readonly action: 'upgrade' | 'downgrade'
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
): Promise<PlannedRun> {
  const state = await readState(session, tableNames(context.config))
  const { plan, ahead } = pendingFrom(context, wanted, state)
  const prepared = await prepareRevisions(plan, 'upgrade', ownTables(context.config))
  return Object.freeze({ action: 'upgrade', prepared, versions: state.versions, ahead })
}

/**
 * Looks what `downgrade` would do now; reads alone, and takes no lock.
 * @throws {GateError} HISTORY_*, REVISION_*, MIGRATION_FAILED for a syntax error
 */
export async function planDowngrade(
  context: Pick<StepContext, 'config'>,
  session: Session,
  wanted: Pick<DowngradeRequest, 'graph' | 'target' | 'fromJournal'>,
): Promise<PlannedRun> {
  const state = await readState(session, tableNames(context.config))
  const { plan } = await planBack(session, wanted, state, context)
  const prepared = await prepareRevisions(plan, 'downgrade', ownTables(context.config))
  return Object.freeze({ action: 'downgrade', prepared, versions: state.versions, ahead: false })
}
