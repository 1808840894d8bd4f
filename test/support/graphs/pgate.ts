import { GateError } from '../../../src/errors/error.ts'
import { withGateLock } from '../../../src/lock/lock.ts'
import type { Session } from '../../../src/postgres/session/session.ts'
import type { RevisionGraph } from '../../../src/revisions/graph/graph.ts'
import { stampVersions } from '../../../src/revisions/target/stamp-versions.ts'
import { downgrade } from '../../../src/steps/migrate/downgrade.ts'
import { migrate } from '../../../src/steps/migrate/migrate.ts'
import { startRun } from '../../../src/steps/migrate/run.ts'
import { stamp } from '../../../src/steps/migrate/stamp.ts'
import { stepContext, type TestContext, withTestSession } from '../cli/step.ts'
import type { Links } from './random-graph.ts'
import { makeTrue, ORDER_TABLES, recordingGraph } from './revisions.ts'
import type { GraphAct, GraphStep } from './scenarios.ts'

const RUNNER = { host: 'test', version: 'test', run: 'test' }

/** What came of one operation, and what the database then says of itself; both lists sorted. */
export type GraphOutcome = Omit<GraphStep, 'act'>

interface Pgate {
  readonly session: Session
  readonly context: TestContext
  readonly graph: RevisionGraph
}

/**
 * Lends pgate in this process, on one session to an empty database, as a function that does one
 * operation. A stamp says what is there without doing it: that is then made true.
 * @throws whatever keeps pgate from an operation but a target that means nothing, or too much
 */
export async function withGraphDatabase(
  url: string,
  links: readonly Links[],
  use: (perform: (step: GraphStep) => Promise<GraphOutcome>) => Promise<void>,
): Promise<void> {
  const context = stepContext({ DATABASE_URL: url, PGATE_EXTENSIONS: '' })
  await withTestSession(url, async (session) => {
    await session.query(ORDER_TABLES)
    const pgate = { session, context, graph: recordingGraph(links) }
    await use(async ({ act, applied }) => {
      const isRefused = await isRefusedBy(pgate, act)
      if (act.kind === 'stamp' && !isRefused) await makeTrue(session, links, applied)
      return { isRefused, ...(await readDatabase(session)) }
    })
  })
}

async function isRefusedBy(pgate: Pgate, act: GraphAct): Promise<boolean> {
  try {
    await perform(pgate, act)
    return false
  } catch (error) {
    const refusals = ['REVISION_UNKNOWN_TARGET', 'REVISION_MULTIPLE_HEADS']
    if (error instanceof GateError && refusals.includes(error.code)) return true
    throw error
  }
}

async function perform({ session, context, graph }: Pgate, act: GraphAct): Promise<void> {
  const { kind, targets, purge } = act
  const [target = ''] = targets
  const locked = { session, database: undefined, origin: RUNNER }
  await withGateLock(context, locked, async (lock) => {
    const request = { graph, target, lock, origin: RUNNER }
    if (kind === 'upgrade') await migrate(context, session, request)
    if (kind === 'downgrade') await downgrade(context, session, { ...request, fromJournal: false })
    if (kind !== 'stamp') return
    await lock.acquire()
    const versionsAfter = (rows: ReadonlySet<string>) =>
      stampVersions(graph, purge ? new Set() : rows, targets)
    await stamp(startRun(context, session, { origin: RUNNER, lock }), { graph, versionsAfter })
  })
}

async function readDatabase(session: Session): Promise<Omit<GraphOutcome, 'isRefused'>> {
  const applied = await idsOf(session, 'select id from applied_revisions')
  const { rows } = await session.query<{ there: boolean }>(
    `select to_regclass('alembic_version') is not null as there`,
  )
  if (rows[0]?.there !== true) return { applied, rows: [] }
  return { applied, rows: await idsOf(session, 'select version_num as id from alembic_version') }
}

async function idsOf(session: Session, query: string): Promise<readonly string[]> {
  const { rows } = await session.query<{ id: string }>(query)
  return rows.map(({ id }) => id).sort()
}
