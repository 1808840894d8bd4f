import { counted } from '../../base/words.ts'
import type { StepContext } from '../../config/context.ts'
import { GateError } from '../../errors/error.ts'
import type { Target } from '../../fleet/target.ts'
import { createNotifier, withPost } from '../notify/notify.ts'
import { withChanges } from '../notify/transitions.ts'
import type { Board } from '../status/board.ts'
import { afterTurn, type FleetStatus, type TargetStatus, withTargets } from './fleet-status.ts'

/** What each target came to last, and what is made of it. */
export interface Roster {
  /** Takes in how a target's turn ended; `failure` is undefined where it is open. */
  ended(target: Target, failure?: unknown): void
  /** Each target had its turn, or a canary or PGATE_FLEET_STOP_AFTER has stopped the fleet. */
  begun(): void
  /** True for what was not begun, or failed in a way that may pass by itself. */
  isTriedAgain(index: number): boolean
  /** True for what is not to be begun: what stopped the fleet is there still. */
  isHeld(index: number): boolean
  /** How many turns in a row have failed. */
  triesOf(index: number): number
  /** Puts up what changed, at most once a second, until the signal. */
  post(signal: AbortSignal): Promise<void>
}

const POST_MS = 1_000
/** How many names one line has room for. */
const NAMED = 5

export function createRoster(context: StepContext, board: Board<FleetStatus>): Roster {
  const { clock, config, log } = context
  const targets = [...board.status().targets]
  const indexes = new Map(targets.map(({ name }, index) => [name, index]))
  const retriable = new Set<number>()
  const tries = new Map<number, number>()
  const news = createNews(context, board)
  let hasBegun = false
  let isDirty = false
  const put = () => {
    isDirty = false
    board.post(withTargets(board.status(), [...targets], { now: clock.date(), hasBegun }))
    if (hasBegun) news()
  }
  const at = (index: number) => targets[index]?.state
  return {
    ended: ({ name }, failure) => {
      const index = indexes.get(name) ?? -1
      const before = targets[index]
      if (before === undefined) return
      const after = afterTurn(before, failure, clock.date())
      targets[index] = after
      isDirty = true
      const isRetriable = failure instanceof GateError && failure.retriable
      if (isRetriable) retriable.add(index)
      else retriable.delete(index)
      if (failure === undefined) tries.delete(index)
      else tries.set(index, (tries.get(index) ?? 0) + 1)
      if (hasBegun && before.since !== after.since) logTurn(log, after)
    },
    begun: () => {
      hasBegun = true
      put()
    },
    isTriedAgain: (index) => at(index) === 'waiting' || retriable.has(index),
    isHeld: (index) => at(index) === 'waiting' && isStopped(config, targets),
    triesOf: (index) => tries.get(index) ?? 0,
    post: async (signal) => {
      while (!signal.aborted) {
        await clock.sleep(POST_MS, signal).catch(() => undefined)
        if (isDirty) put()
      }
    },
  }
}

/** As `pgate fleet` stops: a canary that is not open, or too many that failed. */
function isStopped(
  { fleetCanary = 0, fleetStopAfter }: StepContext['config'],
  targets: readonly TargetStatus[],
): boolean {
  const isFailed = ({ state }: TargetStatus) => state === 'shut' || state === 'lost'
  if (targets.slice(0, fleetCanary).some(({ state }) => state !== 'open')) return true
  return fleetStopAfter !== undefined && targets.filter(isFailed).length >= fleetStopAfter
}

function logTurn(log: StepContext['log'], { name, state, exitCode, reason }: TargetStatus): void {
  const why = reason === null ? '' : `: ${reason.code}: ${reason.message}`
  const write = state === 'open' ? log.info : log.warn
  write('sidecar.target', `${name} is ${state}${why}`, { target: name, exitCode })
}

/**
 * Reports which targets are not open whenever these are others than before: at once, and then no more
 * than once in PGATE_VERIFY_INTERVAL, however many come and go.
 */
function createNews(context: StepContext, board: Board<FleetStatus>): () => void {
  const { clock, config, log } = context
  const notifier = createNotifier(context, {
    notice: () => noticeOf(board.status()),
    count: (sent) => board.post({ notifications: withPost(board.status().notifications, sent) }),
  })
  let reported = ''
  let reportedAt = -Infinity
  return () => {
    const { targets, transitions, verdict, counts } = board.status()
    const not = targets.filter(({ state }) => state !== 'open')
    const now = not.map(({ name, state, reason }) => `${name}/${state}/${reason?.code}`).join('\n')
    if (now === reported && transitions.length > 0) return
    if (clock.now() - reportedAt < config.verifyIntervalMs) return
    const isFirst = transitions.length === 0
    const kind = not.length === 0 ? 'opened' : reported === '' ? 'shut' : 'changed'
    const message = messageOf(not, counts.targets)
    reported = now
    reportedAt = clock.now()
    const changes = withChanges(transitions, [{ kind, message }], clock.date())
    board.post({ transitions: changes })
    const write = kind === 'opened' ? log.info : log.warn
    write(`sidecar.${kind}`, message, { verdict, exitCode: board.status().exitCode })
    const [newest] = changes
    if (newest !== undefined && !(isFirst && kind === 'opened')) notifier.notify(newest)
  }
}

function messageOf(not: readonly TargetStatus[], total: number): string {
  if (not.length === 0) return `all ${counted(total, 'target')} are open`
  const named = not
    .slice(0, NAMED)
    .map(({ name, state, reason }) => `${name} (${reason?.code ?? state})`)
  const more = not.length > NAMED ? ` and ${not.length - NAMED} more` : ''
  return `${not.length} of ${counted(total, 'target')} are not open: ${named.join(', ')}${more}`
}

function noticeOf({ verdict, exitCode, counts, version }: FleetStatus) {
  return { label: 'fleet', facts: { verdict, exitCode, counts, version } }
}
