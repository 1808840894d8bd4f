import { inspect } from 'node:util'
import { EXIT_CODES } from './exit-codes.ts'
import { FAILURES, type FailureCode } from './failures.ts'

/** What goes with a failure besides its message. */
export interface FailureDetails {
  /** What happened, as log fields; never a secret, never row data. */
  readonly facts?: Readonly<Record<string, unknown>>
  /** The next thing to do, where it names a value of this case; absent: the table's remedy. */
  readonly hint?: string
  readonly cause?: unknown
}

/**
 * A failure the operator can act on, the only kind pgate throws on purpose. Whatever else reaches
 * the edge is a fault of pgate and ends with exit code 1.
 */
export class GateError extends Error {
  /** Stable, in docs/troubleshooting.md, never reused. */
  readonly code: FailureCode
  /** What the command ends with, by docs/exit-codes.md. */
  readonly exitCode: number
  /** True where the same call may succeed later without a human. */
  readonly retriable: boolean
  /** What happened, as fields for a log; no secret, no row's values. */
  readonly facts: Readonly<Record<string, unknown>>
  /** What to do next. */
  readonly hint: string

  constructor(code: FailureCode, message: string, details: FailureDetails = {}) {
    super(message, details.cause === undefined ? {} : { cause: details.cause })
    const { exit: name, remedy } = FAILURES[code]
    const exit = EXIT_CODES[name]
    this.name = 'GateError'
    this.code = code
    this.exitCode = exit.number
    this.retriable = exit.retriable === true
    this.facts = Object.freeze({ ...details.facts })
    this.hint = details.hint ?? remedy
  }
}

/**
 * What a thrown value says, whatever it is: a revision's module may throw anything, also what has no
 * text of its own. Without NUL, which PostgreSQL cannot keep in the journal.
 */
export function messageOf(thrown: unknown): string {
  const words = thrown instanceof Error ? String(thrown.message) : thrown
  const text = typeof words === 'string' ? words : inspect(words, { customInspect: false })
  return text.replaceAll('\0', '\\0')
}
