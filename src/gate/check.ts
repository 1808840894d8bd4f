import { counted } from '../base/words.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { tableNames } from '../formats/formats.ts'
import type { Session } from '../postgres/session/session.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { checkTarget, targetVersions } from '../revisions/target/plan.ts'
import { warnOfFiles } from '../steps/migrate/file-warnings.ts'
import { compareHistory, refuseUnfinished } from '../steps/migrate/history.ts'
import { opaqueFault } from '../steps/migrate/opaque.ts'
import { phasedPlan, refuseEarly } from '../steps/migrate/phase.ts'
import { isMissing, noteMissingJournal, readMigrationState } from '../store/state.ts'
import { proveSchema } from './prove.ts'
import { type Resources, sideConnections } from './resources.ts'
import type { RevisionFiles } from './revision-files.ts'

/**
 * Everything that keeps the database from being what the files promise, in the order in which the
 * gate would meet it: several heads, unknown or edited revisions, pending ones, drift. Reads only,
 * takes no lock.
 * @returns the faults; empty where all is well
 */
export async function findFaults(
  context: StepContext,
  { origin, database }: Pick<Resources, 'origin' | 'database'>,
  { session, files }: { readonly session: Session; readonly files: RevisionFiles },
): Promise<readonly GateError[]> {
  const { config } = context
  const { graph } = files
  const names = tableNames(config)
  const state = await readMigrationState(session, names)
  const { versions } = state
  if (isMissing(state.tables, versions.size)) noteMissingJournal(context.log, names, versions)
  warnOfFiles(context, graph, state)
  let ahead = false
  const history = [
    await faultOf(async () => checkTarget(graph, config.target)),
    await faultOf(async () => refuseUnfinished(state, 'upgrade', graph.rules)),
    await faultOf(async () => {
      ahead = compareHistory(graph, state, config.ahead) === 'ahead'
    }),
  ].filter((fault) => fault !== undefined)
  if (history.length > 0) return history
  const pending = ahead ? [] : phasedPlan(config, { graph, target: config.target }, state).plan
  const early = await faultOf(async () => refuseEarly(graph, pending, config))
  if (early !== undefined) return [early]
  if (pending.length > 0) return [pendingPlanFault(pending)]
  const expected = ahead ? versions : targetVersions(graph, config, versions)
  const gate = { origin, sideConnections: sideConnections({ database }) }
  const request = { session, files, expected, ...gate, strict: false, how: 'look' } as const
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

/** What is to be run still, and by what: its cause is the REVISION_OPAQUE of a gate that runs nothing else. */
export function pendingPlanFault(plan: readonly Revision[]): GateError {
  const opaque = opaqueFault(plan)
  const ids = plan.map(({ id }) => id)
  return opaque === undefined ? pendingFault(ids) : pendingFault(ids, { opaque })
}

/** What runs it. */
export const PENDING_HINT = 'Run the gate, or `pgate upgrade`.'

/** What is to be run still; where it was run before (`again`), somebody has downgraded the database. */
export function pendingFault(
  ids: readonly string[],
  { again = false, opaque }: { readonly again?: boolean; readonly opaque?: GateError } = {},
): GateError {
  const are = ids.length === 1 ? 'is' : 'are'
  const what = again ? ` of these files ${are} no longer applied` : ` ${are} pending`
  const named = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`
  return new GateError('HISTORY_PENDING', `${counted(ids.length, 'revision')}${what}: ${named}`, {
    facts: { pending: ids.slice(0, 50), count: ids.length },
    hint: again
      ? 'Find out who downgraded the database; then run pgate, or deploy the image that fits.'
      : (opaque?.hint ?? PENDING_HINT),
    ...(opaque !== undefined && { cause: opaque }),
  })
}
