import type { StepContext } from '../../config/context.ts'
import type { Board } from '../status/board.ts'
import type { Status, Transition } from '../status/status.ts'
import type { Notifier } from './notify.ts'
import { changesBetween, withChanges } from './transitions.ts'

/** What an operator has been waiting for; everything else is a warning. */
const GOOD: ReadonlySet<Transition['kind']> = new Set(['opened', 'back'])

/**
 * Puts a status on the board and tells of what changed by it: in the log, in the list of
 * transitions, and to PGATE_NOTIFY_URL. That the gate opened at the start is told to nobody: it is
 * what every start comes to.
 */
export function createTeller(
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
      const say = GOOD.has(kind) ? log.info : log.warn
      say(`sidecar.${kind}`, message, { verdict: after.verdict, exitCode: after.exitCode })
      if (before.verdict !== 'starting') notifier.tell(transition)
    }
  }
}
