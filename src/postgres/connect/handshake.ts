import { isIP, type NetConnectOpts, Socket } from 'node:net'
import type { ConnectionOptions } from 'node:tls'
import { AttemptError, type ConnectProgress } from './connect-failure.ts'
import { type HostTarget, socketPath } from './target.ts'

/** One address of a host: where a socket can be opened. */
export type Address = { readonly path: string } | { readonly host: string; readonly port: number }

/** The addresses behind a host, in the resolver's order. Rejects at once when the signal aborts. */
export async function addressesOf(
  { host, port }: HostTarget,
  signal: AbortSignal,
): Promise<readonly Address[]> {
  if (host.startsWith('/')) return [{ path: socketPath({ host, port }) }]
  if (isIP(host) !== 0) return [{ host, port }]
  const { lookup } = await import('node:dns/promises')
  // The resolver cannot be interrupted; what it says after the abort is of no interest.
  const found = await abortable(signal, () => lookup(host, { all: true, order: 'verbatim' }))
  return found.map(({ address }) => ({ host: address, port }))
}

/** Rejects with the signal's reason as soon as it aborts; what `run` comes to is then ignored. */
export async function abortable<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  try {
    return await Promise.race([run(), aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}

/**
 * Lends a fresh socket to `use`. It is destroyed when `use` rejects or the signal aborts, and stays
 * open, now the result's, when `use` resolves.
 */
export async function withSocket<T>(
  signal: AbortSignal,
  use: (socket: Socket) => Promise<T>,
): Promise<T> {
  const socket = new Socket()
  // Every phase listens for itself; this one keeps an error between two phases, or after the
  // abort, from being thrown as unhandled. The close that follows it is what the next one sees.
  socket.on('error', () => {})
  try {
    return await abortable(signal, () => use(socket))
  } catch (error) {
    socket.destroy()
    throw error
  }
}

/** How a connection is to be encrypted. `offered`: by TLS where the server offers it. */
export type Encryption = 'plain' | 'offered' | 'tls'

/** @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL */
export const ALPN_PROTOCOL = 'postgresql'

/** How a stream is encrypted, where it is to be. */
export interface TlsWish {
  /** TLS begins at once, without asking for it first (`sslnegotiation=direct`). */
  readonly direct: boolean
  /**
   * Reads certificates; asked for only once the server offers TLS, since loading all that it takes
   * costs a plain connection more than everything else.
   * @throws {AttemptError} TLS_SETTINGS
   */
  readonly options: () => Promise<ConnectionOptions>
}

/** What a stream is opened with. */
export interface SessionOpening {
  readonly address: Address
  readonly encryption: Encryption
  readonly tls: TlsWish
  readonly keepAlive: boolean
  readonly progress: ConnectProgress
}

/**
 * A peer that is gone without a word is noticed after two minutes; by the system's own timing, on
 * Linux, after more than two hours. Six probes, so that a network that is away for less than a
 * minute costs nothing.
 * @see docs/decisions/0024-when-a-silent-server-is-given-up.md
 */
const KEEPALIVE = { idleMs: 60_000, intervalMs: 10_000, probes: 6 } as const

/**
 * Connects the socket and encrypts it as wanted; gives the stream to speak PostgreSQL over.
 * @throws {AttemptError} TLS_NOT_OFFERED, TLS_SETTINGS, PROTOCOL, CLOSED; the system's or TLS's error, unchanged
 */
export async function openStream(socket: Socket, opening: SessionOpening): Promise<Socket> {
  const { address, encryption, progress, tls } = opening
  await connected(socket, address)
  socket.setNoDelay(true)
  const { idleMs, intervalMs, probes } = KEEPALIVE
  socket.setKeepAlive(opening.keepAlive, idleMs, intervalMs, probes)
  if (encryption !== 'plain') {
    progress.phase = 'tls'
    if (tls.direct || (await offersTls(socket))) {
      const secured = await secure(socket, tls)
      progress.encrypted = true
      progress.phase = 'startup'
      return secured
    }
    if (encryption === 'tls') {
      throw new AttemptError('TLS_NOT_OFFERED', 'the server does not offer TLS')
    }
  }
  progress.phase = 'startup'
  return socket
}

function connected(socket: Socket, address: Address): Promise<void> {
  const options: NetConnectOpts = address
  return until(socket, 'connect', () => socket.connect(options))
}

/** @see https://www.postgresql.org/docs/current/protocol-message-formats.html (SSLRequest) */
const SSL_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** Asks for TLS and reads the answer from the wire: one byte, S or N, and nothing behind it. */
async function offersTls(socket: Socket): Promise<boolean> {
  const answer = await until<Buffer>(socket, 'data', () => socket.write(SSL_REQUEST))
  const byte = String.fromCharCode(answer[0] ?? 0)
  // What stands behind the byte came unencrypted, from somebody in between (CVE-2021-23222).
  if (answer.length === 1 && (byte === 'S' || byte === 'N')) return byte === 'S'
  const said =
    byte === 'E' ? 'answered the request for TLS with an error' : 'is no PostgreSQL server'
  throw new AttemptError('PROTOCOL', `what listens there ${said}`)
}

async function secure(socket: Socket, tls: TlsWish): Promise<Socket> {
  const options = await tls.options()
  const { connect } = await import('node:tls')
  const secured = connect({ ...options, socket })
  secured.on('error', () => {})
  await until(secured, 'secureConnect')
  if (tls.direct && secured.alpnProtocol !== ALPN_PROTOCOL) {
    const message = 'the server does not take sslnegotiation=direct'
    throw new AttemptError('TLS_NOT_OFFERED', message)
  }
  return secured
}

/** The first such event of the socket; rejects with its error, or with CLOSED when it closes. */
function until<T>(
  socket: Socket,
  event: 'connect' | 'data' | 'secureConnect',
  start?: () => unknown,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>()
  const closed = () => reject(new AttemptError('CLOSED', 'the server closed the connection'))
  socket.once(event, resolve).once('error', reject).once('end', closed).once('close', closed)
  start?.()
  return promise.finally(() => {
    socket.off(event, resolve).off('error', reject).off('end', closed).off('close', closed)
  })
}
