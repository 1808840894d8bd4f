import { statSync } from 'node:fs'
import { platform } from 'node:os'
import type { Log } from '../base/log.ts'
import { recordSteps, type StepListener } from '../base/steps.ts'
import { VERSION } from '../base/version.ts'
import { loadConfig } from '../config/load.ts'
import { withFormat } from '../formats/formats.ts'
import { endGuests, settleGuests } from '../helpers/guests.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from './command.ts'
import { startDeadline } from './deadline.ts'
import type { Host } from './host.ts'
import { cutShort } from './output/cut-short.ts'
import { explained } from './output/explain.ts'
import { createLog } from './output/line-log.ts'
import { present } from './output/present.ts'
import { stepPrinter, type Terminal, terminalOf } from './output/terminal.ts'
import { writeTerminationMessage } from './output/termination-log.ts'
import { badVerdict, goodVerdict, terminationMessage, type Verdict } from './output/verdict.ts'
import { readSecretFile } from './secret-file.ts'

/** How a command ended; `context` is absent where its configuration could not be read. */
export interface Ended {
  readonly verdict: Verdict
  readonly context?: RunningContext
  readonly output?: CommandOutput
}

/** A command's context and what only the edge needs of it. */
interface RunningContext extends CommandContext {
  readonly pretty: boolean
  /** Ends the deadline's timer. */
  readonly stop: () => void
}

/**
 * Runs one command from its options to its last line.
 * @returns the exit code; what the command throws is told and turned into one
 */
export async function runCommand<Options extends CommonOptions>(
  host: Host,
  command: Command<Options>,
  options: Options,
): Promise<number> {
  const terminal = terminalOf(host)
  const call = { command, options }
  const ended = await attempt(host, terminal, call)
  tell(host, terminal, { ended, call })
  return ended.verdict.exitCode
}

function tell<Options extends CommonOptions>(
  host: Host,
  terminal: Terminal,
  { ended, call }: { readonly ended: Ended; readonly call: Call<Options> },
): void {
  const { command, options } = call
  present(terminal, ended, { kind: kindOf(command, options), json: options.json === true })
  writeTerminationMessage(host.terminationLog, terminationMessage(ended.verdict))
}

interface Call<Options extends CommonOptions> {
  readonly command: Command<Options>
  readonly options: Options
}

async function attempt<Options extends CommonOptions>(
  host: Host,
  terminal: Terminal,
  call: Call<Options>,
): Promise<Ended> {
  const { command, options } = call
  const ending = { command: command.name, version: VERSION }
  const over = new AbortController()
  let context: RunningContext | undefined
  try {
    context = await createContext(host, terminal, call)
    const running = context
    const tellAtOnce = () =>
      tell(host, terminal, { ended: endedAtOnce(host, running, ending), call })
    const heard = { once: true, signal: over.signal }
    host.interrupt.addEventListener('abort', () => tellInterrupt(host, running), heard)
    host.insistence.addEventListener('abort', tellAtOnce, heard)
    running.signal.addEventListener('abort', () => endGuestsSoon(running), heard)
    const output = await command.run(context, options)
    await settleGuests()
    const verdict = goodVerdict({ ...ending, steps: context.steps.records() }, output.verdict ?? '')
    return { verdict, context, output }
  } catch (error) {
    const verdict = badVerdict(
      { ...ending, steps: context?.steps.records() ?? [] },
      explained(error),
    )
    return context === undefined ? { verdict } : { verdict, context }
  } finally {
    over.abort()
    context?.stop()
    await endGuests(over.signal.reason)
  }
}

/** What a helper gets to end its work by itself, once the run is to end; in milliseconds. */
const GUEST_PATIENCE_MS = 400

function endGuestsSoon({ signal }: RunningContext): void {
  setTimeout(() => void endGuests(signal.reason), GUEST_PATIENCE_MS).unref()
}

function tellInterrupt({ interrupt }: Host, { log, steps }: RunningContext): void {
  const { message, facts } = interrupt.reason
  log.info('interrupt', `${message}: cancels, rolls back, lets go and ends`, {
    ...facts,
    step: steps.current(),
  })
}

/** How a command is told to have ended whose process is ended under it. */
function endedAtOnce(
  { insistence }: Host,
  context: RunningContext,
  ending: { readonly command: string; readonly version: string },
): Ended {
  const { steps, unanswered } = context
  const failure = cutShort(insistence.reason, { step: steps.current(), unanswered })
  return { verdict: badVerdict({ ...ending, steps: steps.records() }, failure), context }
}

async function createContext(
  host: Host,
  terminal: Terminal,
  { command, options }: Call<CommonOptions>,
): Promise<RunningContext> {
  const configured = loadConfig(host.env, options, {
    readFile: readSecretFile,
    // Windows keeps rights elsewhere, and calls every file writable to all.
    fileMode: (path) => (platform() === 'win32' ? 0o600 : statSync(path).mode),
    home: host.home,
    get userName() {
      return host.userName
    },
  })
  const config = withFormat(configured)
  const pretty = isPretty(config.logFormat, host)
  const format = pretty ? 'pretty' : 'json'
  const log = await createLog({ level: config.logLevel, format, terminal })
  const printing = pretty && options.json !== true && kindOf(command, options) === 'act'
  const steps = recordSteps(host.clock, printing ? stepPrinter(terminal) : stepLogger(log))
  const deadline = startDeadline(config.deadlineMs, steps.current)
  return {
    config,
    log,
    steps,
    host,
    pretty,
    clock: host.clock,
    signal: AbortSignal.any([host.interrupt, deadline.signal]),
    unanswered: new Set(),
    progress: terminal.progress,
    origin: { host: host.hostName, version: VERSION },
    embedded: options.embedded,
    stop: deadline.stop,
  }
}

function kindOf<Options extends CommonOptions>(
  command: Command<Options>,
  options: Options,
): 'act' | 'query' {
  return command.isQuery?.(options) === true ? 'query' : command.kind
}

function isPretty(format: 'auto' | 'json' | 'pretty', host: Host): boolean {
  return format === 'auto' ? host.stderr.isTerminal : format === 'pretty'
}

function stepLogger(log: Log): StepListener {
  return {
    started: (step) => log.debug('step.started', `${step} …`, { step }),
    ended: ({ name, state, durationMs, summary }) => {
      const say = state === 'done' ? log.info : log.error
      say(`step.${state}`, `${name} ${state}${summary && `: ${summary}`}`, {
        step: name,
        durationMs,
      })
    },
  }
}
