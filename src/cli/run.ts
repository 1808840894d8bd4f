import { VERSION } from '../base/version.ts'
import { GateError } from '../errors/error.ts'
import { asRun, endGuests, type Run, settleGuests } from '../helpers/guests.ts'
import type { Command, CommonOptions, Host } from './command.ts'
import type { CommandEntry, CommandKind } from './command-entry.ts'
import { createContext, type RunningContext, runFields, type Started } from './create-context.ts'
import { cutShort, toGateError } from './failures.ts'
import { refusePhase, refuseWithCommand } from './other-migrator.ts'
import { formatGiven } from './output/line-formats.ts'
import { terminalOf } from './output/terminal.ts'
import {
  badVerdict,
  type Ended,
  goodVerdict,
  type Mode,
  present,
  terminationMessage,
  writeTerminationMessage,
} from './output/verdict.ts'

/**
 * Runs one command from its options to its last line.
 * @returns the exit code; what the command throws is reported and turned into one
 */
export async function runCommand(host: Host, call: Call): Promise<number> {
  const started = startRun(host)
  const ended = await attempt(started, call)
  report(started, modeOf(call), ended)
  return ended.verdict.exitCode
}

/**
 * Reports what is wrong with a call before any command is run, as every failure is reported.
 * @param command that it was meant for; `pgate`: none that is known
 * @returns the exit code
 */
export function refuseCall(host: Host, command: string, failure: GateError): number {
  const started = startRun(host)
  const { fields } = started
  const verdict = badVerdict({ command, version: VERSION, run: fields.run, steps: [] }, failure)
  const mode = { kind: 'query', json: host.args.includes('--json') } as const
  report(started, mode, { verdict, format: formatGiven(host), fields })
  return verdict.exitCode
}

/** What a run has before its settings are read. */
export function startRun(host: Host): Started {
  return { host, terminal: terminalOf(host), fields: runFields(host.clock) }
}

function report({ host, terminal }: Started, mode: Mode, ended: Ended): void {
  present(terminal, ended, mode)
  writeTerminationMessage(host.terminationLog, terminationMessage(ended.verdict))
}

/** A command, loaded, and what it is called with. */
export interface Call<Options extends CommonOptions = CommonOptions, Json extends object = object>
  extends Pick<CommandEntry, 'name' | 'kind'> {
  readonly command: Command<Options, Json>
  readonly options: Options
}

/** Runs one command and prints nothing but what it logs; never rejects. */
export function attempt<Options extends CommonOptions, Json extends object>(
  started: Started,
  call: Call<Options, Json>,
): Promise<Ended<Json>> {
  return asRun(started.host.stray, (run) => attemptIn(run, started, call))
}

async function attemptIn<Options extends CommonOptions, Json extends object>(
  run: Run,
  started: Started,
  call: Call<Options, Json>,
): Promise<Ended<Json>> {
  const { host, fields } = started
  const { command, options } = call
  const over = new AbortController()
  let context: RunningContext | undefined
  const known = () => context ?? { format: formatGiven(host), fields }
  const facts = () => ({
    command: call.name,
    version: VERSION,
    run: fields.run,
    steps: context?.steps.records() ?? [],
  })
  try {
    context = await createContext(started, call, kindOf(call))
    const running = context
    refuseWithCommand(context.config, call)
    const reportAtOnce = () => {
      const verdict = badVerdict(facts(), endedAtOnce(host, running))
      report(started, modeOf(call), { ...running, verdict })
    }
    const heard = { once: true, signal: over.signal }
    host.interrupt.addEventListener('abort', () => logInterrupt(host, running), heard)
    host.forceExit.addEventListener('abort', reportAtOnce, heard)
    running.signal.addEventListener('abort', () => endGuestsSoon(run, running), heard)
    const ready = await settled(running, call)
    refusePhase(ready.config)
    const output = await command.run(ready, options)
    await settleGuests()
    const { failure, verdict: said = '' } = output
    const verdict = failure ? badVerdict(facts(), failure) : goodVerdict(facts(), said)
    await context.trace?.end(verdict, context.log)
    return { ...known(), verdict, output, failure }
  } catch (error) {
    const failure = await explained(context, call, toGateError(error))
    const verdict = badVerdict(facts(), failure)
    await context?.trace?.end(verdict, context.log)
    return { ...known(), verdict, failure }
  } finally {
    over.abort()
    context?.stop()
    await endGuests(run, over.signal.reason)
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

function endGuestsSoon(run: Run, { signal }: RunningContext): void {
  setTimeout(() => void endGuests(run, signal.reason), GUEST_PATIENCE_MS).unref()
}

function logInterrupt({ interrupt }: Host, { log, steps }: RunningContext): void {
  const { message, facts } = interrupt.reason
  log.info('interrupt', `${message}: cancels, rolls back, lets go and ends`, {
    ...facts,
    step: steps.current(),
  })
}

/** The failure of a run whose process is ended under it. */
function endedAtOnce({ forceExit }: Host, { steps, unanswered }: RunningContext): GateError {
  return cutShort(forceExit.reason, { step: steps.current(), unanswered })
}

function modeOf(call: Call): Mode {
  return { kind: kindOf(call), json: call.options.json === true }
}

function kindOf({ command, kind, options }: Call): CommandKind {
  return command.isQuery?.(options) === true ? 'query' : kind
}
