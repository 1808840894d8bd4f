import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import { checkTarget, targetVersions, upgradePlan } from '../revisions/target/plan.ts'
import { compareHistory } from '../steps/migrate/history.ts'
import { refuseUnfinished } from '../steps/migrate/unfinished.ts'
import { isMissing, type MigrationState, noteMissingJournal, readState } from '../store/state.ts'
import { proveSchema } from './prove.ts'
import type { RevisionFiles } from './revision-files.ts'
import { type Resources, sideConnections } from './usable-server.ts'

/**
 * Everything that keeps the database from being what the files promise, in the order in which the
 * gate would meet it: several heads, unknown or edited revisions, pending ones, drift. Reads only,
 * takes no lock.
 * @returns the faults; empty where all is well
 */
export async function findFaults(
  context: StepContext,
  { origin, database }: Pick<Resources, 'origin' | 'database'>,
  on: { readonly session: Session; readonly files: RevisionFiles },
): Promise<readonly GateError[]> {
  const { config } = context
  const { graph } = on.files
  const names = tableNames(config)
  const state = await readState(on.session, names)
  const { versions } = state
  if (isMissing(state.tables, versions.size)) noteMissingJournal(context.log, names, versions)
  const history = [
    await faultOf(async () => checkTarget(graph, config.target)),
    await faultOf(async () => refuseUnfinished(state, 'upgrade')),
    await faultOf(async () => compareHistory(graph, state, config.ahead)),
  ].filter((fault) => fault !== undefined)
  if (history.length > 0) return history
  const expected = targetVersions(graph, config.target, state.versions)
  const pending = pendingFault(on.files, state, config.target)
  if (pending !== undefined) return [pending]
  const by = { origin, sideConnections: sideConnections({ database }) }
  const request = { ...on, expected, ...by, strict: false, how: 'look' } as const
  const drift = await faultOf(() => proveSchema(context, request))
  return drift === undefined ? [] : [drift]
}

async function faultOf(check: () => Promise<unknown>): Promise<GateError | undefined> {
  try {
    await check()
    return undefined
  } catch (error) {
    if (error instanceof GateError) return error
    throw error
  }
}

function pendingFault(
  { graph }: RevisionFiles,
  { versions }: MigrationState,
  target: string,
): GateError | undefined {
  const plan = upgradePlan(graph, versions, target)
  if (plan.length === 0) return undefined
  const ids = plan.map(({ id }) => id)
  return new GateError(
    'HISTORY_PENDING',
    `${plan.length === 1 ? '1 revision is' : `${plan.length} revisions are`} pending: ${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`,
    { facts: { pending: ids.slice(0, 50), count: ids.length } },
  )
}
