import { formatDuration } from '../base/duration.ts'
import { counted } from '../base/words.ts'
import { GateError, messageOf } from '../errors/error.ts'
import { runTarget, type Shared } from './run-target.ts'
import { createTally, type FleetSummary, type Stop, type Tally } from './tally.ts'
import type { Target } from './target.ts'

/**
 * Goes through the targets, as many at a time as PGATE_FLEET_CONCURRENCY says, the canaries before all others.
 * What one of them throws is counted, and stops no other. A signal ends those that are under way as it ends
 * a gate, and begins no further one.
 * @see docs/decisions/0096-fleets.md
 */
export async function runFleet(shared: Shared, targets: readonly Target[]): Promise<FleetSummary> {
  const { context } = shared
  const { clock, config } = context
  const tally = createTally(targets.length, shared.command)
  const startedAt = clock.now()
  const over = new AbortController()
  const reporting = reportProgress(shared, { tally, startedAt, over: over.signal })
  try {
    const { fleetCanary = 0 } = config
    const stop =
      (await runSome(shared, tally, targets.slice(0, fleetCanary), 0)) ??
      canaryStop(tally, fleetCanary) ??
      (await runSome(shared, tally, targets.slice(fleetCanary), config.fleetStopAfter))
    const summary = tally.summary(stop)
    const durationMs = Math.round(clock.now() - startedAt)
    const text = `${summary.text}, in ${formatDuration(durationMs)}`
    if (targets.length === 0) noteEmpty(context)
    return { ...summary, json: { ...summary.json, durationMs }, text }
  } finally {
    over.abort()
    await reporting
  }
}

/** A short list leaves shards empty, which is as it should be. */
function noteEmpty({ config, log }: Shared['context']): void {
  const { fleetShard, fleetShards } = config
  if (fleetShards === undefined) log.warn('fleet.empty', 'PGATE_FLEET lists no target')
  else log.info('fleet.empty', `no target is in shard ${fleetShard} of ${fleetShards}`)
}

/** @returns why some of them were not begun; undefined where all were */
async function runSome(
  shared: Shared,
  tally: Tally,
  targets: readonly Target[],
  stopAfter: number | undefined,
): Promise<Stop | undefined> {
  const { config, signal } = shared.context
  let next = 0
  const stopped = (): Stop | undefined => {
    if (signal.aborted) return { why: endedBy(signal.reason), reason: signal.reason }
    if (!stopAfter || tally.failures() < stopAfter) return undefined
    return { why: `PGATE_FLEET_STOP_AFTER (${stopAfter}) is reached` }
  }
  const work = async () => {
    while (next < targets.length && stopped() === undefined) {
      const target = targets[next]
      next += 1
      if (target !== undefined) await runOne(shared, tally, target)
    }
  }
  await Promise.all(Array.from({ length: config.fleetConcurrency }, work))
  return next < targets.length ? stopped() : undefined
}

function endedBy(reason: unknown): string {
  return reason instanceof GateError ? reason.message : String(reason)
}

function canaryStop(tally: Tally, canaries: number): Stop | undefined {
  if (tally.failures() === 0) return undefined
  return { why: `of ${counted(canaries, 'canary', 'canaries')} not all are open` }
}

async function runOne(shared: Shared, tally: Tally, target: Target): Promise<void> {
  try {
    tally.found(target.name, await runTarget(shared, target))
    shared.ended?.(target)
  } catch (error) {
    shared.ended?.(target, error)
    const { message: _, ...facts } = tally.failed(target.name, error)
    const hint = error instanceof GateError ? error.hint : undefined
    // All of it: the summary has its first line alone.
    shared.context.log.error('fleet.target', messageOf(error), { ...facts, hint })
  }
}

const TICK_MS = 200
/** How often the log says how far it is, in ticks. */
const LOGGED_TICKS = 50

interface Progress {
  readonly tally: Tally
  readonly startedAt: number
  readonly over: AbortSignal
}

async function reportProgress(
  { context }: Shared,
  { tally, startedAt, over }: Progress,
): Promise<void> {
  const { clock, log, progress } = context
  try {
    for (let tick = 1; ; tick += 1) {
      await clock.sleep(TICK_MS, over)
      const elapsedMs = Math.round(clock.now() - startedAt)
      const [ended, failed] = [tally.ended(), tally.failures()]
      const message = `${ended} of ${counted(tally.total, 'target')}, ${failed} failed, ${formatDuration(elapsedMs)}`
      progress(message)
      if (tick % LOGGED_TICKS !== 0) continue
      log.info('fleet.progress', message, { targets: tally.total, ended, failed, elapsedMs })
    }
  } catch (error) {
    if (!over.aborted) throw error
  }
}
