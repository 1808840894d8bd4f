import { jittered } from '../base/backoff.ts'
import { formatDuration } from '../base/duration.ts'
import type { Steps } from '../base/steps.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { type GateOutcome, runGate } from '../gate/pipeline.ts'
import type { RevisionFiles } from '../gate/revision-files.ts'
import type { Resources } from '../gate/usable-server.ts'
import { settleGuests } from '../helpers/guests.ts'
import { endModules } from '../revisions/module/guest.ts'
import type { Board } from './status/board.ts'
import { reasonOf } from './status/reason.ts'
import type { StepStatus } from './status/status.ts'

const FIRST_PAUSE_MS = 1_000
const MOST_PAUSE_MS = 30_000

/** What is to be opened, and how failures outside a revision are read. */
export interface Opening {
  readonly resources: Resources
  readonly files: RevisionFiles
  readonly board: Board
  readonly explain: (error: unknown) => unknown
}

/**
 * Runs the gate until it is open. What may pass by itself (the exit codes that are retriable) is
 * tried again after a growing pause, and told on the board; anything else ends the sidecar, so that
 * the platform shows a container that fails, with its reason.
 * @throws {GateError} what will not pass by itself, or the signal's reason
 * @see docs/decisions/0030-the-sidecar.md
 */
export async function openGate(context: StepContext, opening: Opening): Promise<GateOutcome> {
  const { files, board } = opening
  const resources = { ...opening.resources, steps: postedSteps(opening.resources.steps, board) }
  for (let tries = 1; ; tries += 1) {
    resources.steps.restart()
    try {
      const outcome = await runGate(context, resources, files)
      await settleGuests()
      // Nothing of the modules is needed any more while the sidecar lasts.
      await endModules()
      return outcome
    } catch (error) {
      const failure = opening.explain(error)
      if (!passesByItself(failure) || context.signal.aborted) throw failure
      await pauseAfter(context, { failure, tries, board })
    }
  }
}

function passesByItself(failure: unknown): failure is GateError {
  return failure instanceof GateError && failure.retriable
}

async function pauseAfter(
  { clock, log, signal }: StepContext,
  {
    failure,
    tries,
    board,
  }: {
    readonly failure: GateError
    readonly tries: number
    readonly board: Board
  },
): Promise<void> {
  board.post({ exitCode: failure.exitCode, reason: reasonOf(failure) })
  const longest = Math.min(MOST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries - 1, 10))
  const pauseMs = Math.round(jittered(longest, clock.random()))
  const message = `the gate is shut (${failure.code}); it is tried again in ${formatDuration(pauseMs)}: ${failure.message}`
  log.warn('sidecar.retry', message, { code: failure.code, exitCode: failure.exitCode, tries })
  await clock.sleep(pauseMs, signal)
}

/** The same steps, put on the board as they come and go. */
function postedSteps(steps: Steps, board: Board): Steps {
  const post = () => board.post({ steps: stepStatus(steps) })
  return {
    ...steps,
    run: async (name, act, summarize) => {
      const running = steps.run(name, act, summarize)
      post()
      try {
        return await running
      } finally {
        post()
      }
    },
  }
}

function stepStatus(steps: Steps): readonly StepStatus[] {
  const current = steps.current()
  const running: readonly StepStatus[] =
    current === undefined
      ? []
      : [{ name: current, state: 'running', durationMs: null, summary: '' }]
  return [...steps.records(), ...running]
}
