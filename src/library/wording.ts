import { isRecord } from '../base/record.ts'
import { type ConfigProblem, invalidConfig } from '../config/config.ts'
import { optionFlag } from '../config/variables.ts'
import { GateError } from '../errors/error.ts'
import { FAILURES } from '../errors/failures.ts'
import { found, librarySettings } from './settings.ts'

/** What a failure calls by a variable or a flag of the command line, by what the caller of a function wrote. */
export type Wording = (text: string) => string

/**
 * The wording of a call: who gives variables by `env` reads their names, and everybody else the options'.
 * @param own the options that are no settings
 */
export function wordingOf(
  env: Readonly<Record<string, string | undefined>>,
  own: readonly string[],
): Wording {
  const settings = librarySettings('fleet')
  const names = new Map([
    ...settings.map(({ name, option = '' }) => [name, option] as const),
    ...[...settings.map(({ option = '' }) => option), ...own].map(
      (option) => [optionFlag(option), option] as const,
    ),
  ])
  const hasVariables = Object.keys(env).some((name) => name.startsWith('PGATE_'))
  const isKept = (word: string) =>
    env[word] !== undefined || (hasVariables && word.startsWith('PGATE_'))
  return (text) =>
    text.replaceAll(/--[a-z]+(?:-[a-z]+)*|\b(?:PGATE|DATABASE)_[A-Z_]+\b/g, (word) =>
      isKept(word) ? word : (names.get(word) ?? word),
    )
}

/** Options that cannot be used, all at once. */
export function wrongOptions(problems: readonly ConfigProblem[]): unknown {
  return reworded(invalidConfig(problems), (text) => text)
}

/** Something in place of the options. */
export function noOptions(given: unknown): unknown {
  return wrongOptions([{ variable: 'options', message: `${found(given)}; write an object` }])
}

/** What goes with a failure of a run. */
interface Circumstances {
  /** What the run came to all the same. */
  readonly report?: object | undefined
  /** What it was interrupted by. */
  readonly interrupt?: unknown
}

/** The same failure in these words; that of an interrupt has the interrupt's own cause, not the server's. */
export function reworded(
  failure: unknown,
  wording: Wording,
  { report, interrupt }: Circumstances = {},
): unknown {
  if (!(failure instanceof GateError)) return failure
  const { code, message, facts, hint } = failure
  const isInterrupt = interrupt instanceof GateError && interrupt.code === code
  const { cause } = isInterrupt ? interrupt : failure
  const { problems } = facts
  const listed = Array.isArray(problems) ? { problems: problems.map(worded(wording)) } : {}
  return new GateError(code, wording(message), {
    facts: { ...facts, ...listed, ...report },
    hint: hint === FAILURES.CONFIG_INVALID.remedy ? CORRECT : wording(hint),
    cause,
  })
}

function worded(wording: Wording): (problem: unknown) => unknown {
  return (problem) =>
    isRecord(problem) && typeof problem.variable === 'string'
      ? { ...problem, variable: wording(problem.variable) }
      : problem
}

const CORRECT = 'Correct each option that the message names; docs/configuration.md lists them all.'
