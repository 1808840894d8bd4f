import { jittered } from '../base/backoff.ts'
import { formatDuration } from '../base/duration.ts'
import type { Steps } from '../base/steps.ts'
import type { StepContext } from '../config/context.ts'
import { GateError } from '../errors/error.ts'
import { type GateOutcome, runGate } from '../gate/gate.ts'
import type { Resources } from '../gate/resources.ts'
import type { MigrationsFolder } from '../gate/unchanged/migrations-folder.ts'
import { settleGuests } from '../helpers/guests.ts'
import { endModules } from '../revisions/module/guest.ts'
import { migratorOf } from '../steps/migrate/choose-migrator.ts'
import { withHttpServer } from './http/http-server.ts'
import { retryPauseMs, untilInterrupted } from './lasting.ts'
import { watch } from './look/watching.ts'
import { createNotifier, databaseNotice, type Notifier, withPost } from './notify/notify.ts'
import { createReporter } from './notify/transitions.ts'
import { answersOf } from './status/answers.ts'
import { type Board, createBoard, firstStatus } from './status/board.ts'
import { reasonOf } from './status/reason.ts'
import type { Status, StepStatus } from './status/status.ts'

/** What the sidecar is started with. */
export interface SidecarRequest {
  readonly resources: Resources
  readonly folder: MigrationsFolder
  /**
   * Aborts on SIGTERM and SIGINT alone. The context's own signal also knows PGATE_DEADLINE, which
   * is for the way to an open gate.
   */
  readonly interrupt: AbortSignal
  /** What a failure outside a revision means to the operator. */
  readonly toGateError: (error: unknown) => unknown
}

/**
 * Listens, runs the gate, and then verifies again every PGATE_VERIFY_INTERVAL until a
 * signal stops it. Returns the last status where that came after the gate had opened: that is what a
 * sidecar is there for. No socket is left open, to whichever end it comes.
 * @throws {GateError} LISTEN_FAILED, whatever shuts the gate for good, or the signal's reason where
 * that came before the gate had opened
 */
export async function runSidecar(context: StepContext, request: SidecarRequest): Promise<Status> {
  const { config, clock, log } = context
  const { resources, folder, interrupt } = request
  const files = await folder.files()
  const wanted = migratorOf(config, files.graph).expected() ?? null
  const board = createBoard(
    firstStatus(config, { resources, graph: files.graph, wanted, now: clock.date() }),
  )
  const serving = {
    answers: answersOf(board),
    address: config.listen,
    names: config.listenNames,
    log,
  }
  return withHttpServer(serving, async ({ url }) => {
    log.info('sidecar.listening', `the sidecar answers at ${url}`, { url })
    const outcome = await openGate(context, request, board)
    const afterwards = { ...context, signal: interrupt }
    const notifier = notifierOf(afterwards, board)
    const post = createReporter(afterwards, { board, notifier })
    post(opened(board.status(), clock.date()))
    log.info('sidecar.open', 'The gate is open; the sidecar verifies again and again')
    const { versions, command } = outcome.migration
    const aim = wanted ?? (command === undefined ? versions : null)
    const watched = { resources, files, board, post, wanted: aim }
    await untilInterrupted(interrupt, () => watch(afterwards, watched))
    return board.status()
  })
}

function notifierOf(context: StepContext, board: Board): Notifier {
  return createNotifier(context, {
    notice: () => databaseNotice(board.status()),
    count: (sent) => board.post({ notifications: withPost(board.status().notifications, sent) }),
  })
}

function opened(status: Status, openedAt: Date): Status {
  return { ...status, verdict: 'open', exitCode: 0, reason: null, openedAt: openedAt.toISOString() }
}

/**
 * Runs the gate until it is open. What may pass by itself (the exit codes that are retriable) is
 * tried again after a growing pause, and shown on the board; anything else ends the sidecar, so that
 * the platform shows a container that fails, with its reason.
 * @throws {GateError} what will not pass by itself, or the signal's reason
 * @see docs/decisions/0030-the-sidecar.md
 */
async function openGate(
  context: StepContext,
  { folder, toGateError, ...request }: SidecarRequest,
  board: Board,
): Promise<GateOutcome> {
  const { steps } = request.resources
  const resources = { ...request.resources, steps: postedSteps(steps, board) }
  for (let tries = 1; ; tries += 1) {
    resources.steps.restart()
    try {
      const outcome = await runGate(context, resources, folder)
      await settleGuests()
      // Nothing of the modules is needed any more while the sidecar lasts.
      await endModules()
      return outcome
    } catch (error) {
      const failure = toGateError(error)
      const isTriedAgain = failure instanceof GateError && failure.retriable
      if (!isTriedAgain || context.signal.aborted) throw failure
      board.post({ exitCode: failure.exitCode, reason: reasonOf(failure) })
      await pauseAfter(context, failure, tries)
    }
  }
}

async function pauseAfter(
  { clock, log, signal }: StepContext,
  failure: GateError,
  tries: number,
): Promise<void> {
  const pauseMs = Math.round(jittered(retryPauseMs(tries), clock.random()))
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
