import type { StepContext } from '../config/context.ts'
import type { RevisionFiles } from '../gate/revision-files.ts'
import type { Resources } from '../gate/usable-server.ts'
import type { RevisionGraph } from '../revisions/graph/graph.ts'
import { targetVersions } from '../revisions/target/plan.ts'
import { relativeSteps } from '../revisions/target/target.ts'
import { withHttpServer } from './http/http-server.ts'
import { watch } from './look/watching.ts'
import { createNotifier } from './notify/notify.ts'
import { createTeller } from './notify/teller.ts'
import { openGate } from './opening.ts'
import { createBoard } from './status/board.ts'
import { firstStatus } from './status/first-status.ts'
import type { Status } from './status/status.ts'

/** What the sidecar is started with. */
export interface SidecarRequest {
  readonly resources: Resources
  readonly files: RevisionFiles
  /**
   * Aborts on SIGTERM and SIGINT alone. The context's own signal also knows PGATE_DEADLINE, which
   * is for the way to an open gate.
   */
  readonly interrupt: AbortSignal
  /** What a failure outside a revision means to the operator. */
  readonly explain: (error: unknown) => unknown
}

/**
 * Listens, runs the gate, and then verifies again every PGATE_VERIFY_INTERVAL until it is told to
 * stop. Returns the last status where it was told so after the gate had opened: that is what a
 * sidecar is there for. No socket is left open, to whichever end it comes.
 * @throws {GateError} LISTEN_FAILED, whatever shuts the gate for good, or the signal's reason where
 * that came before the gate had opened
 */
export async function runSidecar(context: StepContext, request: SidecarRequest): Promise<Status> {
  const { config, clock, log } = context
  const { resources, files, interrupt } = request
  const wanted = wantedBefore(config.target, files.graph)
  const board = createBoard(
    firstStatus(config, { resources, graph: files.graph, wanted, now: clock.date() }),
  )
  const serving = { board, address: config.listen, names: config.listenNames, log }
  return withHttpServer(serving, async ({ url }) => {
    log.info('sidecar.listening', `the sidecar answers at ${url}`, { url })
    const outcome = await openGate(context, { ...request, board })
    const afterwards = { ...context, signal: interrupt }
    const post = createTeller(afterwards, { board, notifier: createNotifier(afterwards, board) })
    post(opened(board.status(), clock.date()))
    const watched = { resources, files, board, post, wanted: wanted ?? outcome.migration.versions }
    await untilInterrupted(interrupt, () => watch(afterwards, watched))
    return board.status()
  })
}

/** What `+N` leads to only the database can tell; `null` for that. */
function wantedBefore(target: string, graph: RevisionGraph): ReadonlySet<string> | null {
  return relativeSteps(target) === undefined ? targetVersions(graph, target) : null
}

function opened(status: Status, at: Date): Status {
  return { ...status, verdict: 'open', exitCode: 0, reason: null, openedAt: at.toISOString() }
}

async function untilInterrupted(interrupt: AbortSignal, act: () => Promise<never>): Promise<void> {
  try {
    await act()
  } catch (error) {
    if (!interrupt.aborted) throw error
  }
}
