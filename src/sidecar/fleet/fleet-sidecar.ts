import { jittered } from '../../base/backoff.ts'
import type { Log } from '../../base/log.ts'
import { runFleet } from '../../fleet/fleet.ts'
import { type Act, runTarget, type Shared } from '../../fleet/run-target.ts'
import type { Target } from '../../fleet/target.ts'
import { settleGuests } from '../../helpers/guests.ts'
import { withHttpServer } from '../http/http-server.ts'
import { retryPauseMs, untilInterrupted } from '../lasting.ts'
import { createBoard } from '../status/board.ts'
import { fleetAnswersOf } from './fleet-answers.ts'
import { type FleetStatus, firstFleetStatus, waitingTarget } from './fleet-status.ts'
import { createRoster, type Roster } from './roster.ts'
import { createSchedule } from './schedule.ts'

/** What the sidecar of a fleet is started with. */
export interface FleetSidecarRequest {
  readonly targets: readonly Target[]
  /** What targets share; its act is the gate. */
  readonly shared: Shared
  /** How an open target is looked at again; reads alone. */
  readonly look: Act
  /** Aborts on SIGTERM and SIGINT alone; the context's own signal also knows PGATE_DEADLINE. */
  readonly interrupt: AbortSignal
}

/**
 * Listens, runs the gate of each target, and then looks at them again and again, each every
 * PGATE_VERIFY_INTERVAL and never more at a time than PGATE_FLEET_CONCURRENCY, until a signal stops it. A
 * target that fails ends nothing: it is shown, and tried again where that may help.
 * @throws {GateError} LISTEN_FAILED, or the signal's reason where that came before each target had its turn
 * @see docs/decisions/0097-the-sidecar-of-a-fleet.md
 */
export async function runFleetSidecar(request: FleetSidecarRequest): Promise<FleetStatus> {
  const { shared, targets, interrupt } = request
  const { context } = shared
  const { config, clock, log } = context
  const board = createBoard(
    firstFleetStatus(
      targets.map(({ name }) => waitingTarget(name)),
      {
        host: context.origin.host,
        run: context.origin.run,
        startedAt: clock.date().toISOString(),
        intervalMs: config.verifyIntervalMs,
        isNotified: config.notify !== undefined,
      },
    ),
  )
  const answers = fleetAnswersOf(board)
  const serving = { answers, address: config.listen, names: config.listenNames, log }
  return withHttpServer(serving, async ({ url }) => {
    log.info('sidecar.listening', `the sidecar answers at ${url}`, { url })
    const afterwards = { ...context, signal: interrupt }
    const roster = createRoster(afterwards, board)
    const over = new AbortController()
    const signal = AbortSignal.any([interrupt, over.signal])
    const posting = roster.post(signal)
    try {
      await openTargets({ ...shared, ended: roster.ended }, targets)
      roster.begun()
      log.info(
        'sidecar.open',
        'Each target had its turn; the sidecar looks at them again and again',
      )
      const again = { ...shared, context: afterwards }
      await untilInterrupted(interrupt, () => watch({ ...request, shared: again }, roster))
    } finally {
      over.abort()
      await posting
    }
    return board.status()
  })
}

async function openTargets(shared: Shared, targets: readonly Target[]): Promise<void> {
  await runFleet(shared, targets)
  shared.context.signal.throwIfAborted()
  await settleGuests()
}

/** Ends only with the signal. */
async function watch(
  { shared, targets, look }: FleetSidecarRequest,
  roster: Roster,
): Promise<void> {
  const { config, clock, signal } = shared.context
  const { verifyIntervalMs, fleetConcurrency } = config
  // Not all at once: the first looks are spread over the interval, and so are those that follow.
  const schedule = createSchedule(targets.length, (index) => {
    const share = roster.isTriedAgain(index) ? 0 : index / targets.length
    return clock.now() + share * verifyIntervalMs
  })
  const quiet = { ...shared, context: { ...shared.context, log: quietly(shared.context.log) } }
  const act = async (index: number): Promise<number> => {
    const target = targets[index]
    if (target === undefined || roster.isHeld(index)) return verifyIntervalMs
    const isTriedAgain = roster.isTriedAgain(index)
    const turn = isTriedAgain ? shared : { ...quiet, act: look }
    const failure = await runTarget(turn, target).then(
      () => undefined,
      (error: unknown) => error,
    )
    signal.throwIfAborted()
    roster.ended(target, failure)
    if (!roster.isTriedAgain(index)) return jittered(verifyIntervalMs, clock.random(), 0.1)
    const longest = Math.min(verifyIntervalMs, retryPauseMs(roster.triesOf(index)))
    return jittered(longest, clock.random())
  }
  const work = async () => {
    for (;;) {
      const { index, dueAt } = schedule.next()
      await clock.sleep(Math.max(0, dueAt - clock.now()), signal)
      schedule.put(index, clock.now() + (await act(index)))
    }
  }
  const workers = Math.min(fleetConcurrency, targets.length)
  if (workers === 0) await clock.sleep(2 ** 31 - 1, signal)
  await Promise.all(Array.from({ length: workers }, work))
}

/** What happens every minute is no news. */
function quietly(log: Log): Log {
  return { ...log, info: log.debug, child: (fields) => quietly(log.child(fields)) }
}
