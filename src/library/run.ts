import { SYSTEM_CLOCK } from '../base/clock.ts'
import { isRecord } from '../base/record.ts'
import type { StepRecord } from '../base/steps.ts'
import type { Command, CommonOptions, Host, Stream } from '../cli/command.ts'
import { attempt, startRun } from '../cli/run.ts'
import type { ConfigProblem } from '../config/config.ts'
import { GateError, messageOf } from '../errors/error.ts'
import { thisMachine } from '../helpers/machine.ts'
import { guarded, isLogger, type Logger } from './logger.ts'
import {
  areVariables,
  COMMON,
  isSignal,
  librarySettings,
  type OptionKind,
  readSettings,
  type Settings,
} from './settings.ts'
import { noOptions, reworded, wordingOf } from './wording.ts'

/** What every call takes. */
export interface RunOptions extends Settings {
  /**
   * Variables of docs/configuration.md to go by where no option says otherwise: `process.env`, or some of
   * it. Absent: no variable is read. Programs that are started have it as their environment.
   */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined
  /** Ends the run in order: cancels, rolls back, releases the lock, rejects with INTERRUPTED. */
  readonly signal?: AbortSignal | undefined
  /** Absent: nothing is logged. */
  readonly logger?: Logger | undefined
  /** The built-in PostgreSQL in place of a server: `true` in memory, or a directory that keeps it. */
  readonly embedded?: boolean | string | undefined
}

/** What every result holds. */
export interface RunResult {
  /** The steps that were taken, in their order, each with how long it took. */
  readonly steps: readonly StepRecord[]
  /** What the run came to, in a sentence; empty of `status`, which has `next`, and of a dry run. */
  readonly message: string
}

/** A command of pgate's as a function of the library. */
export interface LibraryCall<
  Given extends RunOptions,
  Options extends CommonOptions,
  Json extends object,
> {
  readonly name: string
  readonly load: () => Promise<Command<Options, Json>>
  /** The call's own options, and what each may be. */
  readonly own?: Readonly<Record<string, OptionKind>>
  /** These, as the command has them. */
  readonly understand: (given: Given) => Options
  readonly isFleet?: true
  /** It names its databases otherwise, or needs none. */
  readonly needsNone?: true
}

/**
 * Runs a command as the command line does, but for what is the process's: it reads nothing that it is not
 * given, prints nothing, and leaves the process as it is.
 * @throws {GateError} whatever the command ends with; CONFIG_INVALID naming every option that cannot be used;
 *   INTERRUPTED where the signal is aborted
 */
export async function runLibrary<
  Given extends RunOptions,
  Options extends CommonOptions,
  Json extends object,
>(given: Given, call: LibraryCall<Given, Options, Json>): Promise<Json & RunResult> {
  const { options: settings, problems } = settingsOf(given, call)
  const { name, own = {} } = call
  const options = { ...call.understand(given), ...settings }
  const { host, interrupt, loggerFault } = hostOf(given, problems)
  const { output, verdict, failure } = await whileHeard(given.signal, interrupt, async () => {
    const command = await call.load()
    return attempt(startRun(host), { name, kind: 'act', command, options })
  })
  const fault = failure ?? loggerFault()
  if (fault === undefined && output !== undefined) {
    return { ...output.json, steps: verdict.steps, message: verdict.message }
  }
  const wording = wordingOf(host.env, Object.keys({ ...COMMON, ...own }))
  throw reworded(fault, wording, { report: output?.json, interrupt: interrupt.signal.reason })
}

/** Acts while an aborted signal interrupts it; one that is aborted already begins nothing. */
async function whileHeard<T>(
  signal: AbortSignal | undefined,
  interrupt: AbortController,
  act: () => Promise<T>,
): Promise<T> {
  if (!isSignal(signal)) return act()
  if (signal.aborted) throw interrupted(signal)
  const end = () => interrupt.abort(interrupted(signal))
  signal.addEventListener('abort', end)
  try {
    return await act()
  } finally {
    signal.removeEventListener('abort', end)
  }
}

/** Nobody reads along: what a run has to say is in its log, its result and its failure. */
const NOWHERE: Stream = { write: () => {}, isTerminal: false, hasColors: false }

function hostOf({ env = {}, logger }: RunOptions, optionProblems: readonly ConfigProblem[]) {
  const interrupt = new AbortController()
  let fault: GateError | undefined
  const log = guarded(isLogger(logger) ? logger : undefined, (error) => {
    fault = loggerThrew(error)
    interrupt.abort(fault)
  })
  const host: Host = Object.assign(thisMachine(), {
    args: [],
    env: areVariables(env) ? env : {},
    optionName: (option: string) => option,
    optionProblems,
    clock: SYSTEM_CLOCK,
    interrupt: interrupt.signal,
    stray: (error: unknown) => interrupt.abort(error),
    forceExit: new AbortController().signal,
    stdout: NOWHERE,
    stderr: NOWHERE,
    log,
    ask: async () => null,
    readInput: async () => null,
    terminationLog: '',
  })
  return { host, interrupt, loggerFault: () => fault }
}

function settingsOf(
  given: unknown,
  {
    own = {},
    isFleet,
    needsNone,
  }: Pick<LibraryCall<never, never, never>, 'own' | 'isFleet' | 'needsNone'>,
): { readonly options: CommonOptions; readonly problems: readonly ConfigProblem[] } {
  if (!isRecord(given)) throw noOptions(given)
  const table = librarySettings(isFleet === true ? 'fleet' : 'all')
  const { options, problems } = readSettings(given, table, { ...COMMON, ...own })
  const { embedded, env, envFile, databaseUrl } = given
  const isNamed = [embedded, env, envFile, databaseUrl].some(
    (one) => one !== undefined && one !== '',
  )
  const none = { variable: 'databaseUrl', message: 'no connection is set; give one, or env' }
  return {
    options: typeof embedded === 'string' || embedded === true ? { ...options, embedded } : options,
    problems: isNamed || needsNone === true ? problems : [...problems, none],
  }
}

function interrupted({ reason }: AbortSignal): GateError {
  return new GateError('INTERRUPTED', `interrupted by its signal: ${messageOf(reason)}`, {
    cause: reason,
  })
}

function loggerThrew(error: unknown): GateError {
  return new GateError('INTERRUPTED', `interrupted, as the logger threw: ${messageOf(error)}`, {
    hint: 'Correct the logger, or leave it out, and call it again: it continues where it stopped.',
    cause: error,
  })
}
