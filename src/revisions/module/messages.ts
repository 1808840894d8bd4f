import { messageOf } from '../../errors/error.ts'
import type { ExportedValues } from '../file/exports.ts'
import type { FaultInFile } from '../file/faults.ts'

/**
 * What the gate and the process that revisions' modules run in send each other. Each request
 * and each query has a number of its own, which the answer carries.
 */

export type Action = 'upgrade' | 'downgrade'

/** What a module exports, without its functions: these stay where they are. */
export type LoadedModule =
  | {
      readonly kind: 'values'
      readonly values: Omit<ExportedValues, Action>
      readonly hasDowngrade: boolean
    }
  | { readonly kind: 'faults'; readonly faults: readonly FaultInFile[] }

export type ToModules =
  | {
      readonly kind: 'load'
      readonly id: number
      readonly url: string
      /** Its decoded text, for the lines of its exports. */
      readonly text: string
    }
  | { readonly kind: 'call'; readonly id: number; readonly url: string; readonly action: Action }
  | { readonly kind: 'settle'; readonly id: number }
  | { readonly kind: 'rows'; readonly query: number; readonly result: SentResult }
  | { readonly kind: 'refused'; readonly query: number; readonly failure: SentError }

/** A message that is answered. */
export type ModuleRequest = Extract<ToModules, { readonly id: number }>

export type FromModules =
  | { readonly kind: 'loaded'; readonly id: number; readonly module: LoadedModule }
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'failed'; readonly id: number; readonly failure: SentError }
  | {
      readonly kind: 'query'
      /** Of the call that it belongs to. */
      readonly id: number
      readonly query: number
      readonly text: unknown
      readonly values: unknown
    }
  | { readonly kind: 'waits' }
  /** An error that nobody has caught; the process ends by it. */
  | { readonly kind: 'stray'; readonly failure: SentError }

/** An error on its way to the other process. */
export interface SentError {
  /** Absent where what was thrown is no error. */
  readonly name?: string
  readonly message: string
  readonly stack?: string
  /** Its own properties that are texts or numbers: a SQLSTATE, a system's code. */
  readonly fields: Readonly<Record<string, string | number>>
  /** The query whose very error it is. */
  readonly query?: number | undefined
}

export interface SentResult {
  readonly rows: readonly Record<string, unknown>[]
  readonly rowCount: number
  /** Columns that hold intervals, which have methods: those do not travel. */
  readonly intervals: readonly string[]
}

/**
 * An error, or whatever else was thrown, in a form that can be sent to another process. Never throws,
 * whatever its properties do when they are read.
 */
export function sentError(thrown: unknown, query?: number): SentError {
  try {
    const message = messageOf(thrown)
    if (!(thrown instanceof Error)) return { message, fields: {}, query }
    const plain = Object.entries(thrown).filter(
      ([, value]) => typeof value === 'string' || typeof value === 'number',
    )
    const fields = Object.fromEntries(plain)
    return { name: String(thrown.name), message, stack: stackOf(thrown), fields, query }
  } catch {
    return { message: 'an error that cannot be read', fields: {}, query }
  }
}

/** The error that was sent. Its stack is that of `at`, where given: where it was asked for. */
export function receivedError(
  { name = 'Error', message, stack = '', fields }: SentError,
  at?: Error,
): Error {
  const calls = at === undefined ? stack : stackOf(at).replace(/^.*\n?/, `${name}: ${message}\n`)
  const error = at ?? new Error()
  for (const [key, value] of Object.entries({ name, message, stack: calls })) {
    Object.defineProperty(error, key, { value, configurable: true, writable: true })
  }
  return Object.assign(error, fields)
}

/** A module may have changed what makes stacks, into one that makes something else or throws. */
function stackOf(error: Error): string {
  try {
    const { stack } = error
    return typeof stack === 'string' ? stack : ''
  } catch {
    return ''
  }
}
