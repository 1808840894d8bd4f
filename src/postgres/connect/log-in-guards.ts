import type Connection from 'pg/lib/connection.js'
import { AttemptError } from './connect-error.ts'
import type { Progress } from './connect-failure.ts'
import type { AuthMethod } from './require-auth.ts'

/**
 * The most iterations of PBKDF2 that a server may ask for: eight times what OWASP recommends. Each
 * attempt costs as much work here as there, so a false server must not set it freely.
 */
export const MOST_SCRAM_ITERATIONS = 5_000_000

/** What a login may be asked for, besides being right. */
export interface LogInRules {
  /** True: channel_binding=require. */
  readonly mustBind: boolean
  /** Of require_auth; absent: any. */
  readonly allowed?: readonly AuthMethod[] | undefined
}

/**
 * Ends the connection before anything secret is sent where the server asks for a login that the
 * rules forbid, or for one that costs too much. The function given back says what is wrong with a
 * login that went through: a server that asks for nothing at all, or skips its own proof.
 */
export function guardLogIn(
  connection: Connection,
  progress: Progress,
  { mustBind, allowed }: LogInRules,
): () => AttemptError | undefined {
  const refuse = (reason: AttemptError) => connection.stream.destroy(reason)
  const check = (method: AuthMethod) => {
    if (allowed?.includes(method) === false) refuse(forbidden(method, allowed))
  }
  let asked = false
  let bound = false
  let proven = false
  connection.on('authenticationCleartextPassword', () => {
    asked = true
    check('password')
    if (mustBind) refuse(unbound())
  })
  connection.on('authenticationMD5Password', () => {
    asked = true
    check('md5')
    if (mustBind) refuse(unbound())
  })
  connection.on('authenticationSASL', ({ mechanisms }) => {
    // An exchange that the server breaks off with "welcome" has proven nothing.
    check(mechanisms.some(isScram) ? 'scram-sha-256' : 'oauth')
    bound = progress.encrypted && mechanisms.includes('SCRAM-SHA-256-PLUS')
    if (mustBind && !bound) refuse(unbound())
  })
  connection.on('authenticationSASLContinue', ({ data }) => {
    const iterations = Number(/(?:^|,)i=(\d+)/.exec(data)?.[1] ?? 0)
    if (iterations > MOST_SCRAM_ITERATIONS) refuse(tooCostly(iterations))
  })
  connection.on('authenticationSASLFinal', () => {
    proven = true
    asked = true
  })
  return () => {
    if (allowed !== undefined && !allowed.includes('none') && !asked) {
      return forbidden('none', allowed)
    }
    return mustBind && !(bound && proven) ? unbound() : undefined
  }
}

function isScram(mechanism: string): boolean {
  return mechanism.startsWith('SCRAM-SHA-256')
}

function forbidden(method: AuthMethod, allowed: readonly AuthMethod[]): AttemptError {
  const asks =
    method === 'none'
      ? 'the server lets the role in without a password'
      : `the server asks for ${method === 'password' ? 'the password in clear text' : method}`
  return new AttemptError(
    'REQUIRE_AUTH',
    `${asks}, and require_auth allows ${allowed.length === 0 ? 'nothing' : allowed.join(', ')}`,
  )
}

function tooCostly(iterations: number): AttemptError {
  return new AttemptError(
    'SCRAM_ITERATIONS',
    `the server asks for ${iterations} iterations of SCRAM, and pgate does ${MOST_SCRAM_ITERATIONS} at the most`,
  )
}

function unbound(): AttemptError {
  return new AttemptError(
    'CHANNEL_BINDING',
    'channel_binding=require, and the server did not offer it (it needs TLS and SCRAM)',
  )
}
