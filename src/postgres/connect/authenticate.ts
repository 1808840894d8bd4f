import type { Socket } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { serialize } from 'pg-protocol'
import type { Message } from '../session/wire.ts'
import { AttemptError, type ConnectProgress } from './connect-failure.ts'
import type { AuthMethod } from './require-auth.ts'
import { type Scram, startScram } from './scram.ts'
import type { ChannelBinding, HostTarget } from './target.ts'

/** Who logs in, where to, and how. */
export interface Login {
  readonly host: HostTarget
  readonly user: string
  readonly database: string
  readonly password?: string | undefined
  readonly applicationName: string
  readonly options?: string | undefined
  readonly channelBinding: ChannelBinding
  /** Of require_auth; absent: any. */
  readonly allowedAuth?: readonly AuthMethod[] | undefined
}

export interface LogInOptions {
  readonly stream: Socket
  readonly login: Login
  readonly progress: ConnectProgress
}

/**
 * The most iterations of PBKDF2 that a server may ask for: eight times what OWASP recommends. Each
 * attempt costs as much work here as there, so a false server must not set it freely.
 */
const MOST_SCRAM_ITERATIONS = 5_000_000

interface Authenticator {
  /**
   * The answer to a request for a log-in; none to every other message.
   * @throws {AttemptError} at once where the request is to be refused
   */
  answerTo(message: Message): Buffer | undefined | Promise<Buffer | undefined>
  /**
   * To be called once the server lets the role in.
   * @throws {AttemptError} where it asked for nothing at all, or skipped its own proof
   */
  check(): void
}

/** Gives the answers of one log-in, and keeps to what require_auth and channel_binding allow. */
export function authenticator({ stream, login, progress }: LogInOptions): Authenticator {
  const { allowedAuth, channelBinding, user } = login
  const mustBind = channelBinding === 'require'
  let isAsked = false
  let isWelcome = false
  let isBound = false
  let scram: Scram | undefined
  /** How far SCRAM is: each message of the server's has one place, or is that of a false one. */
  let reached: 'nothing' | 'offer' | 'challenge' | 'proof' = 'nothing'
  const follow = (from: typeof reached, to: typeof reached) => {
    if (reached !== from || isWelcome) throw outOfTurn()
    reached = to
  }
  /** @throws {AttemptError} before it is sent, where it must not be */
  const passwordFor = (method: AuthMethod) => {
    if (allowedAuth?.includes(method) === false) throw forbidden(method, allowedAuth)
    if (mustBind && (method !== 'scram-sha-256' || !isBound)) throw unbound()
    if (isWelcome) throw outOfTurn()
    if (login.password !== undefined) return login.password
    throw new AttemptError('NO_PASSWORD', 'the server asks for a password and none is given')
  }
  const beginScram = async (mechanisms: readonly string[]) => {
    const mayBind = progress.encrypted && channelBinding !== 'disable'
    scram = await startScram(mechanisms, mayBind ? certificateOf(stream) : undefined)
    return serialize.sendSASLInitialResponseMessage(scram.mechanism, scram.first)
  }
  const proveScram = async (challenge: string, password: string) => {
    const proof = await scram?.answer(challenge, password)
    return proof === undefined ? undefined : serialize.sendSCRAMClientFinalMessage(proof)
  }
  const answerTo: Authenticator['answerTo'] = (message) => {
    switch (message.name) {
      case 'authenticationCleartextPassword':
        isAsked = true
        return serialize.password(passwordFor('password'))
      case 'authenticationMD5Password':
        isAsked = true
        return md5Answer(user, passwordFor('md5'), message.salt)
      case 'authenticationOk':
        isWelcome = true
        return undefined
      case 'authenticationSASL':
        follow('nothing', 'offer')
        isBound = progress.encrypted && message.mechanisms.includes('SCRAM-SHA-256-PLUS')
        passwordFor(message.mechanisms.some(isScram) ? 'scram-sha-256' : 'oauth')
        return beginScram(message.mechanisms)
      case 'authenticationSASLContinue':
        follow('offer', 'challenge')
        refuseCostly(message.data)
        return proveScram(message.data, passwordFor('scram-sha-256'))
      case 'authenticationSASLFinal':
        follow('challenge', 'proof')
        if (scram === undefined) throw outOfTurn()
        scram.verify(message.data)
        isAsked = true
        return undefined
      default:
        return undefined
    }
  }
  const check = () => {
    // An exchange that the server breaks off with "welcome" has proven nothing.
    if (allowedAuth?.includes('none') === false && !isAsked) throw forbidden('none', allowedAuth)
    if (mustBind && !(isBound && reached === 'proof')) throw unbound()
    if (!isWelcome || reached === 'offer' || reached === 'challenge') throw outOfTurn()
  }
  return { answerTo, check }
}

/** Recognised by its method: loading TLS only to ask for its class would slow down every start. */
function certificateOf(stream: Socket | TLSSocket): Buffer | undefined {
  return 'getPeerCertificate' in stream ? stream.getPeerCertificate().raw : undefined
}

async function md5Answer(user: string, password: string, salt: Buffer): Promise<Buffer> {
  const { createHash } = await import('node:crypto')
  const md5 = (...parts: readonly (string | Buffer)[]) =>
    parts.reduce((hash, part) => hash.update(part), createHash('md5')).digest('hex')
  return serialize.password(`md5${md5(md5(password, user), salt)}`)
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

function refuseCostly(challenge: string): void {
  const iterations = Number(/(?:^|,)i=(\d+)/.exec(challenge)?.[1] ?? 0)
  if (iterations <= MOST_SCRAM_ITERATIONS) return
  throw new AttemptError(
    'SCRAM_ITERATIONS',
    `the server asks for ${iterations} iterations of SCRAM, and pgate does ${MOST_SCRAM_ITERATIONS} at the most`,
  )
}

function outOfTurn(): AttemptError {
  return new AttemptError(
    'AUTHENTICATION',
    'the server does not keep to the order of a log-in, and so does not prove that it knows the password',
  )
}

function unbound(): AttemptError {
  return new AttemptError(
    'CHANNEL_BINDING',
    'channel_binding=require, and the server did not offer it (it needs TLS and SCRAM)',
  )
}
