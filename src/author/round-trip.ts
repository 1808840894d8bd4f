import { availableParallelism } from 'node:os'
import { GateError, messageOf } from '../errors/error.ts'
import { EXIT_CODES } from '../errors/exit-codes.ts'
import type { RunContext } from '../gate/resources.ts'
import { DUPLICATE_OBJECT } from '../postgres/sql/sqlstate.ts'
import type { Revision } from '../revisions/file/revision.ts'
import { NO_REVISIONS, type RevisionGraph } from '../revisions/graph/graph.ts'
import { tips } from '../revisions/graph/lineage.ts'
import { ownTables } from '../store/tables.ts'
import {
  compareDown,
  type DatabaseState,
  differencesOf,
  rowsLost,
  type StateDifference,
  type TripStates,
  withoutOthers,
  withRepairs,
} from './restored.ts'
import { refuseUnsown, type Seed, type Sowing, sow, sowAgain } from './seed.ts'
import { readTableRows } from './table-rows.ts'
import {
  downgradeTo,
  type Throwaway,
  type ThrowawayPlace,
  upgradeTo,
  withThrowaway,
} from './throwaway.ts'
import { schemaIn } from './wanted.ts'

/** How one revision went up, down and up again. */
export interface RoundTrip {
  readonly revision: Revision
  readonly outcome: 'restored' | 'not restored' | 'skipped'
  /** Why it was skipped, and what was let pass. */
  readonly notes: readonly string[]
  readonly differences: readonly TripDifference[]
}

/** What is not as it was, and after which step. */
export interface TripDifference extends Omit<StateDifference, 'key'> {
  readonly after: 'downgrade' | 'second upgrade'
  readonly key: string | null
}

/** Which revisions are tried, where, and with which rows. */
export interface RoundTrips {
  readonly graph: RevisionGraph
  /** In the order of the graph. */
  readonly revisions: readonly Revision[]
  readonly place: ThrowawayPlace
  readonly seed: Seed
}

/** One part for so many revisions: to bring a database to where a part begins costs time, too. */
const PART_OF = 12
const MOST_PARTS = 4

/**
 * Takes each revision up, down and up again in a throwaway database, and compares schema and rows: after
 * the downgrade with those before the upgrade, after the second upgrade with those after the first. Long
 * histories are cut in parts, each in a database of its own.
 * @throws {GateError} what keeps a revision from being applied at all; ROUND_TRIP_SEED
 */
export async function roundTrips(
  context: RunContext,
  request: RoundTrips,
): Promise<readonly RoundTrip[]> {
  const { revisions } = request
  const wanted = Math.min(MOST_PARTS, availableParallelism(), revisions.length / PART_OF)
  const size = Math.ceil(revisions.length / Math.max(1, Math.floor(wanted)))
  const parts = Array.from({ length: Math.ceil(revisions.length / size) || 0 }, (_, index) =>
    revisions.slice(index * size, (index + 1) * size),
  )
  return (await Promise.all(parts.map((part) => tryPart(context, request, part)))).flat()
}

/** After one that has left something behind, the next begins in a new database. */
async function tryPart(
  context: RunContext,
  request: RoundTrips,
  part: readonly Revision[],
): Promise<readonly RoundTrip[]> {
  const done: RoundTrip[] = []
  while (done.length < part.length) {
    const rest = part.slice(done.length)
    done.push(
      ...(await withThrowaway(context, request.place, (one) =>
        new Trips(one, request).tryUntilBroken(rest),
      )),
    )
  }
  return done
}

/** One throwaway database on its way up. */
class Trips {
  readonly #one: Throwaway
  readonly #request: RoundTrips
  #reached = 0
  #sowing: Sowing
  #state: DatabaseState | undefined
  #isBroken = false

  constructor(one: Throwaway, request: RoundTrips) {
    this.#one = one
    this.#request = request
    this.#sowing = { seed: request.seed, done: 0 }
  }

  async tryUntilBroken(revisions: readonly Revision[]): Promise<readonly RoundTrip[]> {
    const done: RoundTrip[] = []
    // The declared extensions are there before any revision.
    await upgradeTo(this.#one, NO_REVISIONS, 'heads')
    for (const revision of revisions) {
      await this.#reach(revision)
      done.push(await this.#try(revision))
      if (this.#isBroken) break
    }
    if (this.#reached === this.#request.graph.order.length) refuseUnsown(this.#sowing)
    return done
  }

  /** Applies what comes before it. Rows come as early as they can, so then one revision at a time. */
  async #reach(revision: Revision): Promise<void> {
    const { graph, seed } = this.#request
    const before = graph.order.slice(this.#reached, graph.order.indexOf(revision))
    if (before.length === 0) return
    const ids = before.map(({ id }) => id)
    const targets = seed.statements.length > 0 ? ids : tips(graph, ids)
    for (const target of targets) {
      await upgradeTo(this.#one, graph, target)
      this.#sowing = await sow(this.#one.session, this.#sowing)
    }
    this.#reached += before.length
    this.#state = undefined
  }

  async #try(revision: Revision): Promise<RoundTrip> {
    const { graph } = this.#request
    const { session } = this.#one
    const isSkipped = revision.downgrade === null || revision.downgrade.kind === 'opaque'
    const before = isSkipped ? undefined : (this.#state ?? (await this.#read()))
    const sown = this.#sowing
    await upgradeTo(this.#one, graph, revision.id)
    this.#reached += 1
    this.#sowing = await sow(session, sown)
    this.#state = undefined
    if (before === undefined) return skipped(revision)
    const trip = await this.#downAndUp(revision, before)
    if (!this.#isBroken && this.#sowing.done > sown.done) {
      await sowAgain(session, sown, this.#sowing)
      this.#state = undefined
    }
    return trip
  }

  async #downAndUp(revision: Revision, before: DatabaseState): Promise<RoundTrip> {
    const { graph } = this.#request
    const { id } = revision
    const up = await this.#read()
    const noDown = await failureOf(this.#one, () => downgradeTo(this.#one, graph, { from: id }))
    this.#isBroken = noDown !== undefined
    if (noDown !== undefined) return failed(revision, 'downgrade', noDown)
    const down = await this.#read()
    const noUp = await failureOf(this.#one, () => upgradeTo(this.#one, graph, id))
    const again = noUp === undefined ? await this.#read() : up
    const trip = tripOf(revision, { before, up, down, again }, noUp, this.#one)
    this.#isBroken = noUp !== undefined || trip.outcome === 'not restored'
    this.#state = again
    return trip
  }

  async #read(): Promise<DatabaseState> {
    const { session, context } = this.#one
    const rows = await readTableRows(session, ownTables(context.config))
    return { ...(await schemaIn(session, context)), rows }
  }
}

/** What a whole trip shows; `noUp`: why the second upgrade failed, so that nothing is known after it. */
function tripOf(
  revision: Revision,
  found: TripStates,
  noUp: GateError | undefined,
  { context }: Throwaway,
): RoundTrip {
  const today = context.clock.date()
  const states = withoutOthers(found, revision)
  const { differences: left, notes } = compareDown(states, today)
  const wrong = (after: TripDifference['after'], different: readonly StateDifference[]) =>
    different.map((one) => ({ after, ...one }))
  const isEnumValue = notes.length > 0 && noUp?.facts.sqlstate === DUPLICATE_OBJECT
  const differences: readonly TripDifference[] = [
    ...wrong('downgrade', withRepairs(left, { found: states.down, expected: states.before })),
    ...(noUp === undefined || isEnumValue
      ? []
      : failed(revision, 'second upgrade', noUp).differences),
    ...wrong('second upgrade', noUp === undefined ? rowsLost(states) : []),
    ...wrong('second upgrade', differencesOf(states.up.objects, states.again.objects, today)),
  ]
  return {
    revision,
    outcome: differences.length === 0 ? 'restored' : 'not restored',
    notes: isEnumValue ? [...notes, ONCE] : notes,
    differences,
  }
}

const ONCE = 'it cannot be applied a second time: ADD VALUE IF NOT EXISTS can'

function skipped(revision: Revision): RoundTrip {
  const { downgrade } = revision
  const why =
    downgrade?.kind === 'opaque'
      ? `only ${downgrade.command} runs its downgrade`
      : 'it has no downgrade'
  return { revision, outcome: 'skipped', notes: [why], differences: [] }
}

function failed(revision: Revision, after: TripDifference['after'], error: GateError): RoundTrip {
  const difference = { after, key: null, message: messageOf(error) }
  return { revision, outcome: 'not restored', notes: [], differences: [difference] }
}

/** What the revision's own SQL did wrong; a lost connection or an interrupt is no verdict on it. */
async function failureOf(
  { context }: Throwaway,
  act: () => Promise<void>,
): Promise<GateError | undefined> {
  try {
    await act()
    return undefined
  } catch (error) {
    const { migration, revisions } = EXIT_CODES
    const isItsOwn =
      error instanceof GateError &&
      [migration.number, revisions.number].some((code) => code === error.exitCode)
    if (!isItsOwn || context.signal.aborted) throw error
    return error
  }
}
