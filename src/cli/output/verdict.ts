import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { styleText } from 'node:util'
import type { EventName } from '../../base/events.ts'
import type { Log, LogFields } from '../../base/log.ts'
import type { StepRecord } from '../../base/steps.ts'
import type { LogFormat } from '../../config/choices.ts'
import { GateError, messageOf } from '../../errors/error.ts'
import type { CommandOutput, StyledLine } from '../command.ts'
import { isLineFormat } from './line-formats.ts'
import { createLog } from './line-log.ts'
import { printable, type Terminal } from './terminal.ts'

/** How a command ended, as people and machines are shown it; no secret, no URL. */
export interface Verdict {
  /** `pgate` where the command line names none that there is. */
  readonly command: string
  readonly verdict: 'open' | 'shut' | 'done' | 'failed'
  readonly exitCode: number
  readonly retriable: boolean
  /** Absent where all went well. */
  readonly code?: string
  readonly message: string
  readonly hint?: string
  readonly facts: Readonly<Record<string, unknown>>
  readonly steps: readonly StepRecord[]
  readonly version: string
  /** The run's id, as its log lines and journal rows have it. */
  readonly run: string
}

/** What a verdict is made of, whatever it will be. */
type RunFacts = Pick<Verdict, 'command' | 'version' | 'run' | 'steps'>

/** Kubernetes keeps this much of a termination message. */
const TERMINATION_BYTES = 4096

export function goodVerdict(run: RunFacts, message: string): Verdict {
  const verdict = run.command === 'gate' ? 'open' : 'done'
  return Object.freeze({ ...run, verdict, exitCode: 0, retriable: false, message, facts: {} })
}

/** Any error; one that pgate did not throw on purpose is a fault of pgate. */
export function badVerdict(run: RunFacts, error: unknown): Verdict {
  const failure = error instanceof GateError ? error : undefined
  return Object.freeze({
    ...run,
    verdict: run.command === 'gate' ? 'shut' : 'failed',
    exitCode: failure?.exitCode ?? 1,
    retriable: failure?.retriable ?? false,
    code: failure?.code ?? 'BUG',
    message: failure?.message ?? `unexpected: ${messageOf(error)}`,
    hint: failure?.hint ?? 'This is a fault of pgate; report it with the log at level debug.',
    facts: failure?.facts ?? {},
  })
}

/** The last line: verdict, exit code, what happened, what to do next. */
export function verdictLine(verdict: Verdict): string {
  const { command } = verdict
  const subject = command === 'gate' || command === 'pgate' ? command : `pgate ${command}`
  const [first = '', ...more] = verdict.message.split('\n')
  if (verdict.code === undefined) {
    return `${subject} ${verdict.verdict} (exit ${verdict.exitCode}): ${first}`
  }
  const rest = more.length > 0 ? ' (all of it above)' : ''
  const head = rest === '' ? first : first.replace(/:$/, '')
  const stop = rest === '' && /[.?!]$/.test(head) ? '' : '.'
  return `${subject} ${verdict.verdict} (exit ${verdict.exitCode}, ${verdict.code}): ${head}${rest}${stop} Next: ${verdict.hint}`
}

/**
 * The verdict for /dev/termination-log: JSON of at most 4096 bytes. A message that PostgreSQL wrote
 * may quote values of rows, so with a SQLSTATE the facts stand alone, without the SQL (`source`); what
 * is too long is cut or left out, the least important first.
 */
export function terminationMessage(verdict: Verdict): string {
  const { message, steps, facts: all, ...core } = verdict
  const { source: _, ...facts } = all
  const brief = steps.map(({ name, state, durationMs }) => ({ name, state, durationMs }))
  const said = 'sqlstate' in facts && facts.sqlstate !== undefined ? {} : { message }
  const candidates = [
    { ...core, ...said, facts, steps: brief },
    { ...core, ...said, facts: shortened(facts), steps: brief },
    { ...core, facts: shortened(facts), steps: brief },
    { ...core, ...said, steps: brief },
    { ...core, steps: brief },
  ]
  const texts = candidates.map((candidate) => printable(JSON.stringify(candidate)))
  const fitting = texts.find((text) => Buffer.byteLength(text) <= TERMINATION_BYTES)
  const { command, exitCode, code } = verdict
  return fitting ?? JSON.stringify({ command, exitCode, code })
}

const FEW = 3
const SHORT = 300

/** The facts with the beginning of what is long: of 50 sessions in the way, three say enough. */
function shortened(facts: Verdict['facts']): Verdict['facts'] {
  const short = Object.entries(facts).map(([name, value]) => {
    if (typeof value === 'string') return [name, value.slice(0, SHORT)]
    if (!Array.isArray(value) || value.length <= FEW) return [name, value]
    return [name, [...value.slice(0, FEW), `and ${value.length - FEW} more`]]
  })
  return Object.fromEntries(short)
}

/** What an absent or read-only termination log answers: there is no Kubernetes, or none that wants it. */
const NOT_WANTED: ReadonlySet<string> = new Set(['ENOENT', 'EACCES', 'EROFS', 'EPERM', 'ENOTDIR'])

/**
 * Writes the message where the file is there and writable; it is never created. It is written when
 * this returns: a process that is ended at once has said why, too.
 * @see https://kubernetes.io/docs/tasks/debug/debug-application/determine-reason-pod-failure/
 */
export function writeTerminationMessage(path: string, message: string): void {
  try {
    const file = openSync(path, constants.O_WRONLY | constants.O_TRUNC)
    try {
      writeSync(file, message)
    } finally {
      closeSync(file)
    }
  } catch (error) {
    if (!isNotWanted(error)) throw error
  }
}

function isNotWanted(error: unknown): boolean {
  return error instanceof Error && 'code' in error && NOT_WANTED.has(String(error.code))
}

/** How a command ended. */
export interface Ended<Json extends object = object> {
  readonly verdict: Verdict
  readonly output?: CommandOutput<Json>
  /** What the verdict is made of, where it is bad. */
  readonly failure?: unknown
  /** Absent where its configuration could not be read. */
  readonly log?: Log
  readonly format: LogFormat
  /** What each of its lines says. */
  readonly fields: LogFields
}

/** How an end is shown. */
export interface Mode {
  readonly kind: 'act' | 'query'
  readonly json: boolean
}

/**
 * Prints how a command ended, once: with `--json` one document on standard output and the last line
 * on standard error; otherwise the command's lines and the last line on standard output, where a
 * failed query leaves standard output empty.
 */
export function present(terminal: Terminal, ended: Ended, mode: Mode): void {
  const { verdict, output, log, format } = ended
  const failed = verdict.code !== undefined
  const aside = mode.json || (failed && mode.kind === 'query')
  const printVerdict = aside ? terminal.printError : terminal.print
  if (mode.json) terminal.print(JSON.stringify({ ...output?.json, ...document(verdict) }))
  else if (output?.isData === true)
    for (const line of output.lines)
      terminal.printData(typeof line === 'string' ? line : line.styled)
  if (isLineFormat(format)) {
    const isQuiet = !failed && mode.kind === 'query' && (mode.json || output?.isData === true)
    if (!isQuiet) logVerdict(lineLog(printVerdict, ended), verdict, mode.json ? {} : output?.json)
    return
  }
  if (format !== 'pretty' && log !== undefined && (failed || mode.kind === 'act'))
    logVerdict(log, verdict)
  if (!mode.json && output?.isData !== true)
    for (const line of output?.lines ?? []) terminal.print(line)
  if (failed && verdict.message.includes('\n')) printVerdict(verdict.message)
  if (failed || verdict.message !== '')
    printVerdict(colored(verdictLine(verdict), failed, terminal))
}

function document(verdict: Verdict): Record<string, unknown> {
  const { command, version, verdict: word, exitCode, retriable, code, message, hint } = verdict
  const { facts, steps, run } = verdict
  const end = { verdict: word, exitCode, retriable, code, message, hint, facts, steps }
  return { command, version, run, ...end }
}

/** A log of a format whose every line is JSON, at whatever level the log is. */
export function lineLog(
  write: Terminal['print'],
  { format, fields }: { readonly format: LogFormat; readonly fields: LogFields },
): Log {
  return createLog({ level: 'info', format: isLineFormat(format) ? format : 'json', write, fields })
}

/** @param result what the command has found or done, for those who do not read it elsewhere */
function logVerdict(log: Log, verdict: Verdict, result?: CommandOutput['json']): void {
  const { code, exitCode, retriable, hint, facts, message, command } = verdict
  const event: EventName = `${command}.${verdict.verdict}`
  const more = result && Object.keys(result).length > 0 ? { result } : {}
  if (code === undefined) log.info(event, message || `${command} done`, { exitCode, ...more })
  else log.error(event, message, { exitCode, code, retriable, hint, facts, ...more })
}

function colored(line: string, failed: boolean, terminal: Terminal): string | StyledLine {
  if (!terminal.colors) return line
  const color = failed ? 'red' : 'green'
  return { styled: styleText(['bold', color], printable(line), { validateStream: false }) }
}
