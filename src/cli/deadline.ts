import { formatDuration } from '../base/duration.ts'
import type { StepName } from '../base/steps.ts'
import { GateError } from '../errors/error.ts'

/** PGATE_DEADLINE: a signal that aborts when the whole run has taken `ms`. */
export interface Deadline {
  readonly signal: AbortSignal
  /** To be called when the run has ended, so that the timer does not keep the process. */
  stop(): void
}

/** `step` is asked when the time has come: what was under way decides the exit code. */
export function startDeadline(ms: number | undefined, step: () => StepName | undefined): Deadline {
  const controller = new AbortController()
  if (ms === undefined) return { signal: controller.signal, stop: () => {} }
  const timer = setTimeout(() => controller.abort(deadlinePassed(ms, step())), ms)
  return { signal: controller.signal, stop: () => clearTimeout(timer) }
}

function deadlinePassed(ms: number, step: StepName | undefined): GateError {
  const migrating = step === 'migrate' || step === 'extensions' || step === 'repair'
  return new GateError(
    migrating ? 'MIGRATION_DEADLINE' : 'NOT_READY',
    `PGATE_DEADLINE (${formatDuration(ms)}) passed during the step ${step ?? 'start'}`,
    {
      facts: { step, deadlineMs: ms },
      hint: 'Run pgate again: it continues where it stopped; raise PGATE_DEADLINE if this is its usual time.',
    },
  )
}
