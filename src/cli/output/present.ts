import { styleText } from 'node:util'
import type { Log } from '../../base/log.ts'
import type { CommandOutput } from '../command.ts'
import { printable } from './printable.ts'
import type { StyledLine, Terminal } from './terminal.ts'
import { type Verdict, verdictLine } from './verdict.ts'

/** What is to be told of a command that has ended. */
export interface Ending {
  readonly verdict: Verdict
  readonly output?: CommandOutput
  readonly context?: { readonly log: Log; readonly pretty: boolean }
}

/**
 * Tells how a command ended, once: with `--json` one document on standard output and the last line
 * on standard error; otherwise the command's lines and the last line on standard output, where a
 * failed query leaves standard output empty.
 */
export function present(
  terminal: Terminal,
  ending: Ending,
  mode: { readonly kind: 'act' | 'query'; readonly json: boolean },
): void {
  const { verdict, output, context } = ending
  const failed = verdict.code !== undefined
  const aside = mode.json || (failed && mode.kind === 'query')
  const say = aside ? terminal.printError : terminal.print
  const printLine = output?.isData === true ? terminal.printData : terminal.print
  if (context?.pretty === false && (failed || mode.kind === 'act')) logVerdict(context.log, verdict)
  if (mode.json) terminal.print(JSON.stringify({ ...output?.json, ...document(verdict) }))
  else for (const line of output?.lines ?? []) printLine(line)
  if (failed && verdict.message.includes('\n')) say(verdict.message)
  if (failed || verdict.message !== '') say(colored(verdictLine(verdict), failed, terminal))
}

function document(verdict: Verdict): Record<string, unknown> {
  const { command, version, verdict: word, exitCode, retriable, code, message, hint } = verdict
  const { facts, steps } = verdict
  return { command, version, verdict: word, exitCode, retriable, code, message, hint, facts, steps }
}

function logVerdict(log: Log, verdict: Verdict): void {
  const { code, exitCode, retriable, hint, facts, message, command } = verdict
  const event = `${command}.${verdict.verdict}`
  if (code === undefined) log.info(event, message || `${command} done`, { exitCode })
  else log.error(event, message, { exitCode, code, retriable, hint, facts })
}

function colored(line: string, failed: boolean, terminal: Terminal): string | StyledLine {
  if (!terminal.colors) return line
  const color = failed ? 'red' : 'green'
  return { styled: styleText(['bold', color], printable(line), { validateStream: false }) }
}
