import { statSync } from 'node:fs'
import { platform } from 'node:os'
import { readSecretFile } from '../base/files.ts'
import { type Log, logTo } from '../base/log.ts'
import { recordSteps, type StepListener } from '../base/steps.ts'
import { VERSION } from '../base/version.ts'
import type { ConfigSystem } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { optionFlag } from '../config/variables.ts'
import { GateError } from '../errors/error.ts'
import { withFormat } from '../formats/formats.ts'
import { endGuests, settleGuests } from '../helpers/guests.ts'
import { type ConnectionTarget, targetLabel } from '../postgres/connect/target.ts'
import type { Command, CommandContext, CommonOptions, Host } from './command.ts'
import type { CommandEntry, CommandKind } from './command-entry.ts'
import { cutShort, startDeadline, toGateError } from './failures.ts'
import { refusePhase, refuseWithCommand, withoutProgram } from './other-migrator.ts'
import { createLog } from './output/line-log.ts'
import { stepPrinter, type Terminal, terminalOf } from './output/terminal.ts'
import {
  badVerdict,
  type Ended,
  goodVerdict,
  present,
  terminationMessage,
  writeTerminationMessage,
} from './output/verdict.ts'

/** A command's context and what only the edge needs of it. */
interface RunningContext extends CommandContext {
  readonly pretty: boolean
  /** Ends the deadline's timer. */
  readonly stop: () => void
}

/**
 * Runs one command from its options to its last line.
 * @returns the exit code; what the command throws is reported and turned into one
 */
export async function runCommand(host: Host, call: Call): Promise<number> {
  const terminal = terminalOf(host)
  const ended = await attempt(host, terminal, call)
  report(host, terminal, call, ended)
  return ended.verdict.exitCode
}

function report(host: Host, terminal: Terminal, call: Call, ended: Ended): void {
  present(terminal, ended, { kind: kindOf(call), json: call.options.json === true })
  writeTerminationMessage(host.terminationLog, terminationMessage(ended.verdict))
}

/** A command, loaded, and what it is called with. */
export interface Call<Options extends CommonOptions = CommonOptions, Json extends object = object>
  extends Pick<CommandEntry, 'name' | 'kind'> {
  readonly command: Command<Options, Json>
  readonly options: Options
}

/** Runs one command and prints nothing but what it logs; never rejects. */
export async function attempt<Options extends CommonOptions, Json extends object>(
  host: Host,
  terminal: Terminal,
  call: Call<Options, Json>,
): Promise<Ended<Json>> {
  const { command, options } = call
  const over = new AbortController()
  let context: RunningContext | undefined
  try {
    context = await createContext(host, terminal, call)
    const running = context
    refuseWithCommand(context.config, call)
    const reportAtOnce = () => report(host, terminal, call, endedAtOnce(host, running, call))
    const heard = { once: true, signal: over.signal }
    host.interrupt.addEventListener('abort', () => logInterrupt(host, running), heard)
    host.forceExit.addEventListener('abort', reportAtOnce, heard)
    running.signal.addEventListener('abort', () => endGuestsSoon(running), heard)
    const ready = await settled(running, call)
    refusePhase(ready.config)
    const output = await command.run(ready, options)
    await settleGuests()
    const facts = factsOf(call, context)
    const { failure } = output
    const verdict = failure ? badVerdict(facts, failure) : goodVerdict(facts, output.verdict ?? '')
    return { verdict, context, output, failure }
  } catch (error) {
    const failure = await explained(context, call, toGateError(error))
    const verdict = badVerdict(factsOf(call, context), failure)
    return context === undefined ? { verdict, failure } : { verdict, context, failure }
  } finally {
    over.abort()
    context?.stop()
    await endGuests(over.signal.reason)
  }
}

/** The context whose folder is one tool's, where its files alone do not say whose. */
async function settled(context: RunningContext, call: Call): Promise<RunningContext> {
  if (context.config.format !== 'auto') return context
  const { withSettledFormat } = await import('./undecided-format.ts')
  return { ...context, config: await withSettledFormat(context, call) }
}

/** Failures to read a folder that may not be the one that was meant. */
const OF_FOLDER = ['REVISION_DIRECTORY', 'REVISION_HEADER', 'REVISION_SECTION', 'REVISION_MODULE']

async function explained(
  context: RunningContext | undefined,
  call: Call,
  failure: unknown,
): Promise<unknown> {
  if (context === undefined || !(failure instanceof GateError)) return failure
  if (!OF_FOLDER.includes(failure.code)) return failure
  const [{ explainFolder }, { asksDatabase }] = await Promise.all([
    import('../gate/explain-folder.ts'),
    import('./undecided-format.ts'),
  ])
  return explainFolder(context, failure, asksDatabase(call))
}

/** What a helper gets to end its work by itself, once the run is to end; in milliseconds. */
const GUEST_PATIENCE_MS = 400

function endGuestsSoon({ signal }: RunningContext): void {
  setTimeout(() => void endGuests(signal.reason), GUEST_PATIENCE_MS).unref()
}

function logInterrupt({ interrupt }: Host, { log, steps }: RunningContext): void {
  const { message, facts } = interrupt.reason
  log.info('interrupt', `${message}: cancels, rolls back, lets go and ends`, {
    ...facts,
    step: steps.current(),
  })
}

/** How a command ended whose process is ended under it. */
function endedAtOnce({ forceExit }: Host, context: RunningContext, call: Call): Ended {
  const { steps, unanswered } = context
  const failure = cutShort(forceExit.reason, { step: steps.current(), unanswered })
  return { verdict: badVerdict(factsOf(call, context), failure), context }
}

function factsOf({ name }: Call, context: RunningContext | undefined) {
  return { command: name, version: VERSION, steps: context?.steps.records() ?? [] }
}

async function createContext(given: Host, terminal: Terminal, call: Call): Promise<RunningContext> {
  const { options } = call
  const { host, configured } = await configure(given, call)
  const config = withoutProgram(withFormat(configured), call)
  const pretty = isPretty(config.logFormat, host)
  const format = pretty ? 'pretty' : 'json'
  // A line of a fleet names its target.
  const isFleet = call.name === 'fleet' || (call.name === 'sidecar' && config.fleet !== undefined)
  const connection = isFleet ? undefined : config.connection
  const fields = about(host, connection, options)
  const log = host.log
    ? logTo(host.log).child(fields)
    : createLog({ level: config.logLevel, format, terminal, fields })
  const printing = pretty && options.json !== true && kindOf(call) === 'act'
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
    unsent: () => host.stderr.unsent?.() ?? 0,
    environment: environmentOf(host, options),
    origin: { host: host.hostName, version: VERSION },
    embedded: options.embedded,
    stop: deadline.stop,
  }
}

/** The configuration, and the host with what PGATE_ENV_FILE adds to its environment. */
async function configure(host: Host, { command, options }: Call) {
  const system = systemOf(host)
  if (command.ignoresSettings) return { host, configured: loadConfig({}, options, system) }
  const paths = options.envFile ?? host.env.PGATE_ENV_FILE
  if (!paths) return { host, configured: loadConfig(host.env, options, system) }
  const { fillEnvironment, withPlaces } = await import('../config/env-file.ts')
  const { optionName = optionFlag } = host
  const label = options.envFile === undefined ? 'PGATE_ENV_FILE' : optionName('envFile')
  const filled = fillEnvironment(host.env, { label, paths }, system)
  const configured = withPlaces(filled, () => loadConfig(filled.env, options, system))
  return { host: { ...host, env: filled.env }, configured }
}

/** What of the machine a configuration may look at. */
export function systemOf(host: Host): ConfigSystem {
  return {
    readFile: readSecretFile,
    // Windows keeps rights elsewhere, and calls every file writable to all.
    fileMode: (path) => (platform() === 'win32' ? 0o600 : statSync(path).mode),
    home: host.home,
    optionName: host.optionName,
    get userName() {
      return host.userName
    },
  }
}

/** A DATABASE_URL that an option overrides is not the database that is meant. */
function environmentOf({ env }: Host, { databaseUrl }: CommonOptions): Host['env'] {
  return databaseUrl === undefined ? env : { ...env, DATABASE_URL: databaseUrl }
}

/** What every line of a run says, so that each line of several pods has its run. */
function about({ clock }: Host, target: ConnectionTarget | undefined, { embedded }: CommonOptions) {
  const run = Math.floor(clock.random() * 2 ** 32)
  const database = embedded === undefined ? target && targetLabel(target) : 'embedded'
  return {
    service: 'pgate',
    version: VERSION,
    run: run.toString(16).padStart(8, '0'),
    ...(database !== undefined && { database }),
  }
}

function kindOf({ command, kind, options }: Call): CommandKind {
  return command.isQuery?.(options) === true ? 'query' : kind
}

function isPretty(format: 'auto' | 'json' | 'pretty', host: Host): boolean {
  return format === 'auto' ? host.stderr.isTerminal : format === 'pretty'
}

function stepLogger(log: Log): StepListener {
  return {
    started: (step) => log.debug('step.started', `${step} …`, { step }),
    ended: ({ name, state, durationMs, summary }) => {
      const write = state === 'done' ? log.info : log.error
      write(`step.${state}`, `${name} ${state}${summary && `: ${summary}`}`, {
        step: name,
        durationMs,
      })
    },
  }
}
