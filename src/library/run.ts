import { SYSTEM_CLOCK } from '../base/clock.ts'
import { isRecord } from '../base/record.ts'
import type { StepRecord } from '../base/steps.ts'
import type { Command, CommonOptions, Host, Stream } from '../cli/command.ts'
import { attempt, startRun } from '../cli/run.ts'
import { invalidConfig } from '../config/config.ts'
import { GateError, messageOf } from '../errors/error.ts'
import { thisMachine } from '../helpers/machine.ts'
import { guarded, type Logger } from './logger.ts'
import { found, librarySettings, type OptionKind, readSettings, type Settings } from './settings.ts'

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
  /** What the run came to, in a sentence. */
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
}

const COMMON = {
  env: 'record',
  signal: 'signal',
  logger: 'logger',
  embedded: 'directory',
} as const

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
  const settings = settingsOf(given, call)
  const { signal } = given
  if (signal?.aborted === true) throw interrupted(signal)
  const command = await call.load()
  const over = new AbortController()
  const interrupt = new AbortController()
  const end = () => interrupt.abort(signal && interrupted(signal))
  signal?.addEventListener('abort', end, { once: true, signal: over.signal })
  const host = hostOf(given, interrupt)
  const options = { ...call.understand(given), ...settings }
  try {
    const { name } = call
    const ended = await attempt(startRun(host), { name, kind: 'act', command, options })
    const { output, verdict, failure } = ended
    if (failure !== undefined || output === undefined) throw withReport(failure, output?.json)
    return { ...output.json, steps: verdict.steps, message: verdict.message }
  } finally {
    over.abort()
  }
}

/** Nobody reads along: what a run has to say is in its log, its result and its failure. */
const NOWHERE: Stream = { write: () => {}, isTerminal: false, hasColors: false }

function hostOf({ env = {}, logger }: RunOptions, interrupt: AbortController): Host {
  return Object.assign(thisMachine(), {
    args: [],
    env,
    optionName: (option: string) => option,
    clock: SYSTEM_CLOCK,
    interrupt: interrupt.signal,
    stray: (error: unknown) => interrupt.abort(error),
    forceExit: new AbortController().signal,
    stdout: NOWHERE,
    stderr: NOWHERE,
    log: guarded(logger, (error) => interrupt.abort(loggerThrew(error))),
    ask: async () => null,
    readInput: async () => null,
    terminationLog: '',
  })
}

function settingsOf(
  given: unknown,
  { own = {}, isFleet }: Pick<LibraryCall<never, never, never>, 'own' | 'isFleet'>,
): CommonOptions {
  if (!isRecord(given)) {
    throw invalidConfig([{ variable: 'options', message: `${found(given)}; write an object` }])
  }
  const table = librarySettings(isFleet === true ? 'fleet' : 'all')
  const { options, problems } = readSettings(given, table, { ...COMMON, ...own })
  if (problems.length > 0) throw invalidConfig(problems)
  const { embedded } = given
  if (typeof embedded === 'string') return { ...options, embedded }
  return embedded === true ? { ...options, embedded } : options
}

/** What a run came to all the same, a fleet's targets that did not fail, goes along. */
function withReport(failure: unknown, report: object | undefined): unknown {
  if (report === undefined || !(failure instanceof GateError)) return failure
  const { code, message, facts, hint, cause } = failure
  return new GateError(code, message, { facts: { ...facts, ...report }, hint, cause })
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
