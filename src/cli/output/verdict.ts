import type { StepRecord } from '../../base/steps.ts'
import { GateError, wordsOf } from '../../errors/error.ts'
import { printable } from './printable.ts'

/** How a command ended, as it is told to people and machines; no secret, no URL. */
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
}

/** What is known of a command's end before it is judged. */
export interface Ending {
  readonly command: string
  readonly version: string
  readonly steps: readonly StepRecord[]
}

/** Kubernetes keeps this much of a termination message. */
const TERMINATION_BYTES = 4096

export function goodVerdict(ending: Ending, message: string): Verdict {
  const verdict = ending.command === 'gate' ? 'open' : 'done'
  return Object.freeze({ ...ending, verdict, exitCode: 0, retriable: false, message, facts: {} })
}

/** Any error; one that pgate did not throw on purpose is a fault of pgate. */
export function badVerdict(ending: Ending, error: unknown): Verdict {
  const failure = error instanceof GateError ? error : undefined
  return Object.freeze({
    ...ending,
    verdict: ending.command === 'gate' ? 'shut' : 'failed',
    exitCode: failure?.exitCode ?? 1,
    retriable: failure?.retriable ?? false,
    code: failure?.code ?? 'BUG',
    message: failure?.message ?? `unexpected: ${wordsOf(error)}`,
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
 * may quote values of rows, so with a SQLSTATE the facts stand alone; what is too long is left out,
 * the least telling first.
 */
export function terminationMessage(verdict: Verdict): string {
  const { message, steps, facts, ...core } = verdict
  const brief = steps.map(({ name, state, durationMs }) => ({ name, state, durationMs }))
  const said = 'sqlstate' in facts && facts.sqlstate !== undefined ? {} : { message }
  const candidates = [
    { ...core, ...said, facts, steps: brief },
    { ...core, ...said, steps: brief },
    { ...core, steps: brief },
  ]
  const texts = candidates.map((candidate) => printable(JSON.stringify(candidate)))
  const fitting = texts.find((text) => Buffer.byteLength(text) <= TERMINATION_BYTES)
  const { command, exitCode, code } = verdict
  return fitting ?? JSON.stringify({ command, exitCode, code })
}
