import type { StepName } from '../../base/steps.ts'
import { GateError } from '../../errors/error.ts'

/** What was under way when the process was ended at once. */
export interface UnderWay {
  readonly step: StepName | undefined
  /** Process ids of the sessions whose statement the server has not answered. */
  readonly unanswered: ReadonlySet<number>
}

/**
 * The failure of a run that a second signal ends at once: in which step, and what the server was not
 * seen to cancel. Pure.
 * @param insisted the second signal as the edge tells it
 */
export function cutShort(insisted: GateError, { step, unanswered }: UnderWay): GateError {
  const sessions = [...unanswered]
  const during = step === undefined ? '' : ` during the step ${step}`
  const open = sessions.length === 0 ? '' : `; ${notSeenToEnd(sessions)}`
  return new GateError(insisted.code, `${insisted.message}${during}${open}`, {
    facts: { ...insisted.facts, step, unanswered: sessions },
    hint: sessions.length === 0 ? insisted.hint : `${LOOK} ${insisted.hint}`,
  })
}

const LOOK =
  "What still runs is in pg_stat_activity with pgate's application_name, and pg_terminate_backend ends it."

function notSeenToEnd(sessions: readonly number[]): string {
  const [noun, verb] = sessions.length === 1 ? ['session', 'runs'] : ['sessions', 'run']
  return `the server has not answered yet that it cancelled what ${noun} ${sessions.join(', ')} ${verb}`
}

/** The failure of a process that ends before pgate has told its verdict. */
export function endedEarly(): GateError {
  return new GateError('REVISION_MODULE', 'the process was ended before pgate was done', {
    facts: { place: null },
    hint: 'Run pgate again; where it ends so each time, report it with the log at level debug.',
  })
}
