import { GateError } from '../../errors/error.ts'
import { ConnectError } from '../../postgres/connect/connect-failure.ts'
import { classifyAll } from './classify.ts'

/**
 * What it means that a connection in addition to the gate's own could not be made: `name` is the variable
 * or option that it comes from. It is not waited for. Any other error is returned as it is.
 * @returns a GateError NOT_READY where it may pass by itself, else CONNECTION_REFUSED
 */
export function otherConnectionFailure(error: unknown, name: string): unknown {
  const found = error instanceof ConnectError ? classifyAll(error.failures) : undefined
  if (found === undefined) return error
  const { state, patience, failure } = found
  const { host, ping, reason, message } = failure
  const facts = { connection: name, host, state, ping, reason }
  if (patience === 'wait') {
    return new GateError('NOT_READY', `${name}: ${host} is not usable: ${message}`, {
      facts,
      hint: `Check the server that ${name} names, and run pgate again when it is up.`,
      cause: error,
    })
  }
  return new GateError(
    'CONNECTION_REFUSED',
    `${name}: ${host} refuses the connection: ${message}`,
    { facts, hint: `Correct ${name}: its role, password, database or TLS.`, cause: error },
  )
}
