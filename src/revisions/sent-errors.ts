import { wordsOf } from '../errors.ts'
import type { SentError } from './module-messages.ts'

/** An error, or whatever else was thrown, in a form that can be sent to another thread. */
export function sentError(thrown: unknown, query?: number): SentError {
  const message = wordsOf(thrown)
  if (!(thrown instanceof Error)) return { message, fields: {}, query }
  const { name, stack } = thrown
  const plain = Object.entries(thrown).filter(
    ([, value]) => typeof value === 'string' || typeof value === 'number',
  )
  return {
    name: String(name),
    message,
    stack: String(stack),
    fields: Object.fromEntries(plain),
    query,
  }
}

/** The error that was sent. Its stack is that of `at`, where given: where it was asked for. */
export function receivedError(
  { name = 'Error', message, stack = '', fields }: SentError,
  at?: Error,
): Error {
  const calls = at?.stack?.replace(/^.*\n?/, '')
  const error = at ?? new Error()
  const told = {
    name,
    message,
    stack: calls === undefined ? stack : `${name}: ${message}\n${calls}`,
  }
  for (const [key, value] of Object.entries(told)) {
    Object.defineProperty(error, key, { value, configurable: true, writable: true })
  }
  return Object.assign(error, fields)
}
