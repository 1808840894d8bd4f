import { nearest } from '../../base/suggest.ts'
import { GateError } from '../../errors/error.ts'
import { EXIT_CODES, type ExitCodeEntry } from '../../errors/exit-codes.ts'
import { FAILURES, type FailureEntry } from '../../errors/failures.ts'
import type { Command } from '../command.ts'

const FAILURE_ENTRIES: readonly [string, FailureEntry][] = Object.entries(FAILURES)
const EXIT_ENTRIES: readonly [string, ExitCodeEntry][] = Object.entries(EXIT_CODES)

/** What an error code or an exit code means and what to do; from the program alone, without a network. */
export const explain: Command = {
  examples: ['pgate explain 53', 'pgate explain MIGRATION_FAILED', 'pgate explain'],
  ignoresSettings: true,
  declare: (commander) => {
    commander.argument(
      '[code]',
      'an error code, an exit code, or its name; without one all are listed',
    )
  },
  run: async (_, { args: [word] = [] }) => {
    if (word === undefined) {
      return {
        json: { exitCodes: EXIT_ENTRIES.map(exitJson) },
        lines: EXIT_ENTRIES.flatMap(listed),
      }
    }
    const exit = EXIT_ENTRIES.find(([name, { number }]) => word === name || word === `${number}`)
    if (exit !== undefined) return { json: { explained: exitJson(exit) }, lines: exitLines(exit) }
    const failure = FAILURE_ENTRIES.find(([code]) => code === codeLike(word))
    if (failure === undefined) throw unknownCode(word)
    return explainFailure(failure)
  },
}

/** `verify-drift` is VERIFY_DRIFT. */
function codeLike(word: string): string {
  return word.toUpperCase().replaceAll('-', '_')
}

function explainFailure([code, { exit: name, meaning, remedy }]: readonly [string, FailureEntry]) {
  const exit = EXIT_CODES[name]
  const { number, retriable } = exit
  return {
    json: { explained: { code, exitCode: number, name, retriable, meaning, remedy } },
    lines: [
      `${code}: ${meaning}`,
      `Exit code ${number} (${name}): ${exit.meaning}. ${retryWords(exit)}`,
      `What to do: ${remedy}`,
      `More: docs/troubleshooting.md#${code.toLowerCase()}`,
    ],
  }
}

function exitLines([name, exit]: readonly [string, ExitCodeEntry]): readonly string[] {
  const { number, meaning, remedy } = exit
  const codes = codesOf(name)
  return [
    `Exit code ${number} (${name}): ${meaning}. ${retryWords(exit)}`,
    `What to do: ${remedy}`,
    ...(codes.length === 0 ? [] : ['The error code in the last line says which it was:']),
    ...codes.map(([code, { meaning: what }]) => `  ${code}: ${what}`),
  ]
}

function retryWords({ retriable }: ExitCodeEntry): string {
  if (retriable === null) return ''
  return retriable
    ? 'The same call may succeed later, without a human.'
    : 'The same call fails again until somebody changes something.'
}

function codesOf(name: string): readonly [string, FailureEntry][] {
  return FAILURE_ENTRIES.filter(([, { exit }]) => exit === name)
}

function exitJson([name, { number, retriable, meaning, remedy }]: readonly [
  string,
  ExitCodeEntry,
]) {
  return {
    exitCode: number,
    name,
    retriable,
    meaning,
    remedy,
    codes: codesOf(name).map(([code]) => code),
  }
}

function listed([name, { number, meaning }]: readonly [string, ExitCodeEntry]): readonly string[] {
  const codes = codesOf(name).map(([code]) => code)
  return [
    `${`${number}`.padStart(3)} ${name}: ${meaning}`,
    ...(codes.length === 0 ? [] : [`    ${codes.join(', ')}`]),
  ]
}

function unknownCode(word: string): GateError {
  const names: readonly string[] = [
    ...FAILURE_ENTRIES.map(([code]) => code),
    ...EXIT_ENTRIES.map(([name]) => name),
  ]
  const meant = nearest(codeLike(word), names) ?? nearest(word, names)
  return new GateError('USAGE', `pgate has no error code or exit code ${JSON.stringify(word)}`, {
    hint:
      meant === undefined
        ? 'pgate explain lists them all.'
        : `Did you mean pgate explain ${meant}?`,
  })
}
