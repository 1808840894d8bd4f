import { statSync } from 'node:fs'
import { platform } from 'node:os'
import { readSecretFile } from '../base/files.ts'
import { type Log, type LogFields, logTo, type RunFields } from '../base/log.ts'
import { recordSteps, type StepListener } from '../base/steps.ts'
import { VERSION } from '../base/version.ts'
import type { LogFormat } from '../config/choices.ts'
import type { ConfigSystem } from '../config/config.ts'
import { loadConfig } from '../config/load.ts'
import { optionFlag } from '../config/variables.ts'
import { withFormat } from '../formats/formats.ts'
import { hearGuests } from '../helpers/guests.ts'
import { type ConnectionTarget, targetLabel } from '../postgres/connect/target.ts'
import { hidePasswords, passwordsOf } from '../steps/migrate/hide-passwords.ts'
import type { Command, CommandContext, CommonOptions, Host } from './command.ts'
import type { CommandEntry, CommandKind } from './command-entry.ts'
import { startDeadline } from './failures.ts'
import { withoutProgram } from './other-migrator.ts'
import { formatGiven, isLineFormat } from './output/line-formats.ts'
import { createLog, type LogOptions } from './output/line-log.ts'
import { stepPrinter, type Terminal } from './output/terminal.ts'
import type { Trace } from './trace/trace.ts'

/** A command's context and what only the edge needs of it. */
export interface RunningContext extends CommandContext {
  readonly format: LogFormat
  readonly fields: LogFields
  /** Where OpenTelemetry's variables ask for one. */
  readonly trace: Trace | undefined
  /** Ends the deadline's timer, and hears nothing any more. */
  readonly stop: () => void
}

/** What a run has before its settings are read. */
export interface Started {
  readonly host: Host
  readonly terminal: Terminal
  readonly fields: RunFields
}

type Called = Pick<CommandEntry, 'name'> & {
  readonly command: Command
  readonly options: CommonOptions
}

/**
 * Reads the configuration, and makes log and steps.
 * @throws {GateError} CONFIG_INVALID
 */
export async function createContext(
  { host: given, terminal, fields: run }: Started,
  call: Called,
  kind: CommandKind,
): Promise<RunningContext> {
  const { options } = call
  const { host, configured } = await configure(given, call)
  const config = withoutProgram(withFormat(configured), call)
  const format = formatGiven(host)
  const isPretty = format === 'pretty'
  // A line of a fleet names its target.
  const isFleet = call.name === 'fleet' || (call.name === 'sidecar' && config.fleet !== undefined)
  const database = databaseOf(isFleet ? undefined : config.connection, options)
  const { startTrace } = isTraced(host) ? await import('./trace/trace.ts') : {}
  const trace = startTrace?.(host, run, call.name)
  const fields = { ...run, ...database, ...(trace && { trace_id: trace.traceId }) }
  const own = logOf(host, terminal, { format, fields, level: config.logLevel })
  const log = trace?.follow(own) ?? own
  const over = new AbortController()
  if (!isPretty || host.log !== undefined) hearAll(host, { config, log, over: over.signal })
  const isPrinted = isPretty && options.json !== true && kind === 'act'
  const printer = isPrinted && stepPrinter(terminal)
  const steps = recordSteps(
    host.clock,
    (printer && trace?.steps(printer)) || printer || stepLogger(log),
  )
  const deadline = startDeadline(config.deadlineMs, steps.current)
  return {
    config,
    log,
    steps,
    host,
    format,
    fields,
    trace,
    clock: host.clock,
    signal: AbortSignal.any([host.interrupt, deadline.signal]),
    unanswered: new Set(),
    progress: isLineFormat(format) ? () => {} : terminal.progress,
    unsent: () => host.stderr.unsent?.() ?? 0,
    environment: environmentOf(host, options, trace),
    origin: { host: host.hostName, version: VERSION, run: run.run },
    embedded: options.embedded,
    stop: () => {
      deadline.stop()
      over.abort()
    },
  }
}

/** Whether a collector waits for traces, by OpenTelemetry's own variables. */
function isTraced({ env }: Host): boolean {
  const endpoint = env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT || env.OTEL_EXPORTER_OTLP_ENDPOINT
  const isOff =
    env.OTEL_SDK_DISABLED?.toLowerCase() === 'true' || env.OTEL_TRACES_EXPORTER === 'none'
  return Boolean(endpoint) && !isOff
}

function logOf(
  host: Host,
  terminal: Terminal,
  about: Pick<RunningContext, 'format' | 'fields'> & Pick<LogOptions, 'level'>,
): Log {
  if (host.log !== undefined) return logTo(host.log).child(about.fields)
  const { colors, printError: write } = terminal
  const format = about.format === 'auto' ? 'json' : about.format
  return createLog({ ...about, format, colors, write })
}

interface Hearing extends Pick<RunningContext, 'config' | 'log'> {
  readonly over: AbortSignal
}

/** What would come as plain text between the lines of the log becomes lines of it. */
function hearAll({ hearWarnings }: Host, { config, log, over }: Hearing): void {
  hearWarnings?.(({ name, message }) => log.warn('node.warning', message, { warning: name }))
  let hide: ((line: string) => string) | undefined
  hearGuests(over, {
    onLine: (line) => log.info('module.output', line),
    hide: (line) => {
      hide ??= hidePasswords(passwordsOf(config))
      return hide(line)
    },
  })
}

/** The configuration, and the host with what PGATE_ENV_FILE adds to its environment. */
async function configure(host: Host, { command, options }: Called) {
  const system = systemOf(host)
  if (command.ignoresSettings) return { host, configured: loadConfig({}, options, system) }
  const paths = options.dotenv ?? host.env.PGATE_ENV_FILE
  if (!paths) return { host, configured: loadConfig(host.env, options, system) }
  const { fillEnvironment, withPlaces } = await import('../config/env-file.ts')
  const { optionName = optionFlag } = host
  const label = options.dotenv === undefined ? 'PGATE_ENV_FILE' : optionName('dotenv')
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
    problems: host.optionProblems,
    get userName() {
      return host.userName
    },
  }
}

/** A DATABASE_URL that an option overrides is not the database that is meant. */
function environmentOf({ env }: Host, { databaseUrl }: CommonOptions, trace?: Trace): Host['env'] {
  return {
    ...env,
    ...(databaseUrl !== undefined && { DATABASE_URL: databaseUrl }),
    ...(trace && { TRACEPARENT: trace.traceparent }),
  }
}

export function runFields({ random }: Host['clock']): RunFields {
  const run = Math.floor(random() * 2 ** 32)
  return { service: 'pgate', version: VERSION, run: run.toString(16).padStart(8, '0') }
}

function databaseOf(target: ConnectionTarget | undefined, { embedded }: CommonOptions) {
  if (embedded !== undefined) return { database: 'embedded' }
  return target === undefined ? {} : { database: targetLabel(target) }
}

function stepLogger(log: Log): StepListener {
  return {
    started: (step) => log.debug('step.started', `${step} …`, { step }),
    ended: ({ name, state, durationMs, summary }) => {
      // What a failed one means is the verdict's to say, once.
      log.info(`step.${state}`, `${name} ${state}${summary && `: ${summary}`}`, {
        step: name,
        durationMs,
      })
    },
  }
}
