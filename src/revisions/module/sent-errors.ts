import { wordsOf } from '../../errors/error.ts'
import type { SentError } from './messages.ts'

/**
 * An error, or whatever else was thrown, in a form that can be sent to another process. Never throws,
 * whatever its properties do when they are read.
 */
export function sentError(thrown: unknown, query?: number): SentError {
  try {
    const message = wordsOf(thrown)
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
