import type { StepContext } from '../../config/context.ts'
import { failoverBetween } from '../look/server-identity.ts'
import type { Board } from '../status/board.ts'
import type { Status, Transition } from '../status/status.ts'
import type { Notifier } from './notify.ts'

/** How many transitions the status holds. */
const MOST_KEPT = 20

/** A transition before it has its number and its time. */
export type Change = Pick<Transition, 'kind' | 'message'>

/** The parts of a status that a change shows in. */
export type ComparedStatus = Pick<Status, 'verdict' | 'reason' | 'database' | 'revisions'>

/** What is worth reporting of the change from one status to the next, in order. Pure. */
export function changesBetween(before: ComparedStatus, after: ComparedStatus): readonly Change[] {
  return [outageChange, failoverChange, verdictChange, aheadChange].flatMap(
    (changeOf) => changeOf(before, after) ?? [],
  )
}

/** The newest first, each with its number. Pure. */
export function withChanges(
  kept: readonly Transition[],
  changes: readonly Change[],
  changedAt: Date,
): readonly Transition[] {
  const next = (kept[0]?.number ?? 0) + 1
  const fresh = changes.map((change, index) => ({
    number: next + index,
    at: changedAt.toISOString(),
    ...change,
  }))
  return Object.freeze([...fresh.toReversed(), ...kept].slice(0, MOST_KEPT))
}

function outageChange(before: ComparedStatus, after: ComparedStatus): Change | undefined {
  const [was, is] = [before.database.outage, after.database.outage]
  const { label } = after.database
  if (was === null && is !== null) {
    return { kind: 'lost', message: `${label} cannot be asked: ${is.message}` }
  }
  return was !== null && is === null
    ? { kind: 'back', message: `${label} answers again (since ${was.since} it had not)` }
    : undefined
}

function failoverChange(before: ComparedStatus, after: ComparedStatus): Change | undefined {
  const [was, is] = [before.database.server, after.database.server]
  const message = was && is ? failoverBetween(was, is) : undefined
  return message === undefined ? undefined : { kind: 'failover', message }
}

function verdictChange(before: ComparedStatus, after: ComparedStatus): Change | undefined {
  if (after.verdict === 'open' && before.verdict !== 'open') {
    const again = before.verdict === 'shut'
    return { kind: 'opened', message: `the gate is open${again ? ' again' : ''}` }
  }
  if (after.verdict !== 'shut' || after.reason === null) return undefined
  const message = `${after.reason.code}: ${after.reason.message}`
  if (before.verdict !== 'shut') return { kind: 'shut', message }
  const same = before.reason?.code === after.reason.code
  const isSame = same && before.reason?.message === after.reason.message
  return isSame ? undefined : { kind: 'changed', message }
}

/** Where PGATE_AHEAD refuses it, the verdict says so. */
function aheadChange(before: ComparedStatus, after: ComparedStatus): Change | undefined {
  const { unknown } = after.revisions
  if (after.verdict !== 'open' || unknown.length === 0) return undefined
  const known = new Set(before.revisions.unknown)
  if (unknown.every((id) => known.has(id))) return undefined
  const message = `the database is ahead of these files, at ${unknown.join(', ')}`
  return { kind: 'ahead', message }
}

/** What an operator has been waiting for; everything else is a warning. */
const GOOD: ReadonlySet<Transition['kind']> = new Set(['opened', 'back'])

/**
 * Puts a status on the board and reports what changed by it: in the log, in the list of
 * transitions, and to PGATE_NOTIFY_URL. That the gate opened at the start is sent to nobody: it is
 * what every start comes to.
 */
export function createReporter(
  { log, clock }: StepContext,
  { board, notifier }: { readonly board: Board; readonly notifier: Notifier },
): (after: Status) => void {
  return (after) => {
    const before = board.status()
    const changes = changesBetween(before, after)
    const transitions = withChanges(before.transitions, changes, clock.date())
    board.post({ ...after, transitions })
    for (const transition of transitions.slice(0, changes.length).toReversed()) {
      const { kind, message } = transition
      const write = GOOD.has(kind) ? log.info : log.warn
      write(`sidecar.${kind}`, message, { verdict: after.verdict, exitCode: after.exitCode })
      if (before.verdict !== 'starting') notifier.notify(transition)
    }
  }
}
