import { counted } from '../../base/words.ts'
import type { Config } from '../../config/config.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import { tableNames } from '../../formats/formats.ts'
import type { Session } from '../../postgres/session/session.ts'
import type { Revision } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { type Aim, contractLast, earlyIn } from '../../revisions/target/phases.ts'
import { upgradePlan } from '../../revisions/target/plan.ts'
import { type Expanded, readExpanded } from '../../store/journal-queries.ts'
import type { MigrationState } from '../../store/state.ts'

/** What is to be run of the way to the target, and what waits for the contract phase. Pure. */
export interface PhasedPlan {
  readonly plan: readonly Revision[]
  /** In the order in which they will be run. */
  readonly left: readonly Revision[]
}

/** The plan of a database in this state, by PGATE_PHASE. @throws {GateError} REVISION_* */
export function phasedPlan(
  { phase }: Pick<Config, 'phase'>,
  { graph, target }: { readonly graph: RevisionGraph; readonly target: string },
  { versions, journal }: Pick<MigrationState, 'versions' | 'journal'>,
): PhasedPlan {
  const aim: Aim = { target, phase, begun: begunIn({ journal }) }
  const plan = upgradePlan(graph, versions, aim)
  if (phase !== 'expand') return { plan, left: [] }
  const planned = new Set(plan)
  const all = upgradePlan(graph, versions, { ...aim, phase: 'all' })
  return { plan, left: all.filter((revision) => !planned.has(revision)) }
}

/** What has stopped half-way, or is under way. */
export function begunIn({ journal }: Pick<MigrationState, 'journal'>): readonly string[] {
  return [...journal.values()].flatMap(({ action, outcome, revision }) =>
    action === 'upgrade' && outcome !== 'done' ? [revision] : [],
  )
}

/** How long the expand part has been applied, and since when. Undefined where the journal does not say. */
export async function readExpandedFor(
  { config }: Pick<StepContext, 'config'>,
  session: Session,
  { graph, tables }: { readonly graph: RevisionGraph; readonly tables: MigrationState['tables'] },
): Promise<Expanded | undefined> {
  if (!tables.journal) return undefined
  return readExpanded(session, tableNames(config), [...contractLast(graph)])
}

/** The same plan or, where nothing else is pending and PGATE_CONTRACT_AFTER is over, what was left. */
export async function withDue<P extends PhasedPlan & { readonly state: MigrationState }>(
  context: Pick<StepContext, 'config'>,
  session: Session,
  graph: RevisionGraph,
  phased: P,
): Promise<P> {
  const { plan, left, state } = phased
  const { contractAfterMs } = context.config
  if (plan.length > 0 || left.length === 0 || contractAfterMs === undefined) return phased
  const expanded = await readExpandedFor(context, session, { graph, tables: state.tables })
  const isOver = expanded !== undefined && expanded.forMs >= contractAfterMs
  return isOver ? { ...phased, plan: left, left: [] } : phased
}

/** @throws {GateError} HISTORY_PENDING where `contract` would have to run what is an expand gate's to run */
export function refuseEarly(
  graph: RevisionGraph,
  plan: readonly Revision[],
  phased: Pick<Aim, 'phase'>,
): void {
  const early = earlyIn(graph, plan, phased)
  if (early.length === 0) return
  const ids = early.map(({ id }) => id)
  const named = `${ids.slice(0, 5).join(', ')}${ids.length > 5 ? ', …' : ''}`
  const are = ids.length === 1 ? 'has' : 'have'
  throw new GateError(
    'HISTORY_PENDING',
    `the contract phase runs what an expand gate has left, and ${counted(ids.length, 'revision')} before it ${are} not been applied: ${named}`,
    {
      facts: { early: ids.slice(0, 50), count: ids.length },
      hint: 'Let the gate of the new version run first (`pgate upgrade --phase expand`); where no old version runs, `pgate upgrade --phase all` runs everything. Nothing was run.',
    },
  )
}
