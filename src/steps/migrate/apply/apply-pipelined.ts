import { isSameSet } from '../../../base/set-equality.ts'
import { GateError } from '../../../errors/error.ts'
import { isConnectionLost } from '../../../postgres/sql/sqlstate.ts'
import { revisionFailure } from '../failure/failure.ts'
import { isLost } from '../resume/what-stays.ts'
import { isPassing } from '../retry.ts'
import type { Run } from '../run.ts'
import { watchStages } from '../watch/watch-stages.ts'
import { versionsOnceOver, WHAT_IS_LEFT } from './outcome.ts'
import { flyTogether, type Landing, type Leg, type Passenger } from './pipelined.ts'

/** Who is told how the revisions of a flight get on. */
export interface Teller {
  running(passenger: Passenger): void
  applied(passenger: Passenger): void
}

/**
 * Runs the revisions in one flight, told and watched as if each ran by itself.
 * @returns how many of them are applied, from the first; where it is not all, the next one met
 *   something that passes, or that its own run will say more exactly, and is to be run by itself
 * @throws {GateError} MIGRATION_FAILED and the like for a statement of a revision that failed, with
 *   `facts.revision`; or the reason of the aborted signal
 */
export async function applyTogether(
  run: Run,
  passengers: readonly Passenger[],
  teller: Teller,
): Promise<number> {
  const [first] = passengers
  if (first === undefined) return 0
  run.lastSeen.blockers = []
  const stages = watchStages(run)
  const board = (passenger: Passenger) => {
    teller.running(passenger)
    stages.begin(nameOf(firstLegOf(passenger)))
  }
  board(first)
  try {
    let applied = 0
    const { failure, ...landing } = await flyTogether(run, passengers, ({ leg, isCommitted }) => {
      if (!isCommitted) return stages.begin(nameOf(leg))
      teller.applied(leg.passenger)
      applied += 1
      const next = passengers[applied]
      if (next !== undefined) board(next)
    })
    if (failure !== undefined) await refuseOrLeave(run, passengers, failure)
    return landing.applied
  } finally {
    await stages.end()
  }
}

/** The server has all of a flight at once, its commits among it. */
const MAY_STILL_RUN =
  'PostgreSQL did not answer in time: each revision that it was sent is applied as a whole, or nothing of it is, and the next run sees which.'

/** A statement that will fail again is not run again: it may have taken its time. */
async function refuseOrLeave(
  run: Run,
  passengers: readonly Passenger[],
  { at, error }: NonNullable<Landing['failure']>,
): Promise<void> {
  if (isConnectionLost(error)) throw await lostOnTheWay(run, passengers, { at, error })
  const passes = at.part !== 'body' || isPassing(error)
  if (passes && !(error instanceof GateError)) return
  throw failureOf(
    run,
    { at, error },
    isLost(run, error) ? MAY_STILL_RUN : WHAT_IS_LEFT['rolled back'],
  )
}

/** What had left may have been run to its end, without us: the server is asked how far it came. */
async function lostOnTheWay(
  run: Run,
  passengers: readonly Passenger[],
  { at, error }: NonNullable<Landing['failure']>,
): Promise<GateError> {
  const versions = await versionsOnceOver(run)
  const last = passengers.findLast(
    ({ change }) => versions !== undefined && isSameSet(change.to, versions),
  )
  if (last !== undefined && passengers.indexOf(last) >= passengers.indexOf(at.passenger)) {
    const there = { passenger: last, part: 'commit' } as const
    return failureOf(run, { at: there, error }, WHAT_IS_LEFT.committed)
  }
  const isBack = versions !== undefined && isSameSet(at.passenger.change.from, versions)
  return failureOf(run, { at, error }, WHAT_IS_LEFT[isBack ? 'rolled back' : 'unknown'])
}

function failureOf(
  { lastSeen, session }: Run,
  { at, error }: NonNullable<Landing['failure']>,
  left: string,
): GateError {
  const { revision, body } = at.passenger.prepared
  return revisionFailure(error, {
    revision,
    body,
    ...(at.statement !== undefined && { statement: at.statement }),
    ...(at.number !== undefined && { number: at.number }),
    left,
    inTheWay: lastSeen.blockers,
    server: session.server,
  })
}

function firstLegOf(passenger: Passenger): Leg {
  return { passenger, part: 'body', number: 1 }
}

/** What people call it while it runs. */
function nameOf({ passenger, number = 0 }: Leg): string {
  const { revision, statements } = passenger.prepared
  return `Statement ${number} of ${statements.length} of ${revision.id}`
}
