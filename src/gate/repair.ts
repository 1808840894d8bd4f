import { formatDuration } from '../base/duration.ts'
import type { StepContext } from '../config/context.ts'
import { withGateLock } from '../lock/lock.ts'
import type { Session } from '../postgres/session/session.ts'
import { maintain } from '../steps/migrate/apply/maintain.ts'
import { type Run, resetSession, startRun } from '../steps/migrate/run.ts'
import { type BrokenIndex, readBrokenIndexes } from '../steps/verify/repair/catalog.ts'
import {
  type Act,
  nextRepair,
  repairFailureReason,
  repairStatement,
  skipReason,
} from '../steps/verify/repair/plan.ts'
import { type Resources, sideConnections } from './resources.ts'

/** An index that was broken and is not any more. */
interface RepairedIndex {
  readonly index: string
  readonly table: string
  /** `attached`: a partitioned index that has all its parts again. */
  readonly action: 'rebuilt' | 'dropped' | 'attached'
  readonly definition: string
  /** Whole milliseconds. */
  readonly durationMs: number
}

/** An index that is broken still, and why. */
export interface LeftIndex {
  readonly index: string
  readonly table: string
  readonly why: string
}

/** What a repair did; frozen. */
export interface RepairOutcome {
  readonly repaired: readonly RepairedIndex[]
  readonly left: readonly LeftIndex[]
}

/**
 * Rebuilds every index of the database that is not valid, and drops what a broken REINDEX left, each
 * concurrently and under the gate's lock; nothing is locked where there is nothing to do. One that
 * cannot be repaired is left, with the reason, and the others are gone on with.
 * @throws {GateError} LOCK_TIMEOUT, LOCK_LOST, MIGRATION_CONNECTION_LOST, or the reason of the
 *   aborted signal
 */
export async function repairIndexes(
  context: StepContext,
  resources: Resources,
  session: Session,
): Promise<RepairOutcome> {
  const found = await readBrokenIndexes(session)
  if (nextRepair(found, new Set()) === undefined) return outcome([], found)
  const { database, origin } = resources
  return withGateLock(context, { session, database, origin }, async (lock) => {
    await lock.acquire()
    const run = startRun(context, session, {
      origin,
      lock,
      sideConnections: sideConnections(resources),
    })
    await resetSession(run)
    return repairAll(run)
  })
}

async function repairAll(run: Run): Promise<RepairOutcome> {
  const repaired: RepairedIndex[] = []
  const failures = new Map<string, string>()
  const tried = new Set<string>()
  for (;;) {
    run.context.signal.throwIfAborted()
    const broken = await readBrokenIndexes(run.session)
    const next = nextRepair(broken, tried)
    if (next === undefined) return outcome(repaired, broken, failures)
    const { index, treatment } = next
    tried.add(index.oid)
    try {
      repaired.push(await repair(run, index, treatment))
    } catch (error) {
      failures.set(index.oid, repairFailureReason(error, index))
      await dropCopies(run, index, broken)
    }
  }
}

async function repair(run: Run, index: BrokenIndex, act: Act): Promise<RepairedIndex> {
  const { clock, log, progress } = run.context
  const { name, table, definition } = index
  const startedAt = clock.now()
  const what = `${DOING[act.kind]} index ${name}`
  progress(what)
  const text = repairStatement(index, act)
  await maintain(run, { text, what, transactional: act.kind === 'attach' })
  const durationMs = Math.round(clock.now() - startedAt)
  const done = { index: name, table, action: DONE[act.kind], definition, durationMs }
  const message = `Index ${name} of ${table}: ${done.action} in ${formatDuration(durationMs)}`
  log.info('index.repaired', message, done)
  return Object.freeze(done)
}

const DOING = { drop: 'Dropping', rebuild: 'Rebuilding', attach: 'Attaching the parts of' } as const
const DONE = { drop: 'dropped', rebuild: 'rebuilt', attach: 'attached' } as const

/** A REINDEX CONCURRENTLY that fails leaves its copy; this one's is ours to clear away. */
async function dropCopies(
  run: Run,
  { table }: BrokenIndex,
  before: readonly BrokenIndex[],
): Promise<void> {
  const known = new Set(before.map(({ oid }) => oid))
  for (const copy of await readBrokenIndexes(run.session)) {
    if (known.has(copy.oid) || copy.table !== table || copy.builder !== null) continue
    if (!copy.isNamedLeftover || copy.isConstraint) continue
    const text = repairStatement(copy, { kind: 'drop' })
    await maintain(run, { text, what: `Dropping index ${copy.name}`, transactional: false })
  }
}

function outcome(
  repaired: readonly RepairedIndex[],
  broken: readonly BrokenIndex[],
  failures: ReadonlyMap<string, string> = new Map(),
): RepairOutcome {
  const left = broken.map((index) => ({
    index: index.name,
    table: index.table,
    why: failures.get(index.oid) ?? skipReason(index),
  }))
  return Object.freeze({ repaired, left })
}
