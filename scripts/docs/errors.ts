import { EXIT_CODES } from '../../src/errors/exit-codes.ts'
import { FAILURES, type FailureCode, type FailureEntry } from '../../src/errors/failures.ts'
import { page, wrap, writtenFrom } from './markdown.ts'

/** docs/errors.md: every failure, with a heading to link to. */
export function errorsPage(): string {
  return page([
    '# Errors',
    writtenFrom('src/errors/error.ts'),
    wrap(
      'Every failure that pgate foresees has a code. The code is in the last line, in the log, in `--json` and in the termination message; it never changes its meaning and is never used for another one. Anything without a code is a fault of pgate and ends with exit code 1. What the exit codes ask for is told in [exit-codes.md](exit-codes.md).',
    ),
    ...failureCodes().flatMap((code) => section(code, FAILURES[code])),
  ])
}

/** The codes of the table, in its order. */
export function failureCodes(): readonly FailureCode[] {
  return Object.keys(FAILURES) as FailureCode[]
}

function section(code: FailureCode, { exit, meaning, remedy }: FailureEntry): readonly string[] {
  const { number, retriable } = EXIT_CODES[exit]
  const again = retriable === true ? 'the same call may succeed later' : 'needs a human'
  return [
    `## ${code}`,
    wrap(meaning),
    `Exit code ${number}; ${again}.`,
    wrap(`**What to do:** ${remedy}`),
  ]
}
