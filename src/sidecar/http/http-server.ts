import { once } from 'node:events'
import { createServer, type Server } from 'node:http'
import type { Log } from '../../base/log.ts'
import type { ListenAddress } from '../../config/config.ts'
import { GateError } from '../../errors/error.ts'
import type { Answers } from '../status/answers.ts'
import { createEventListeners } from './event-listeners.ts'
import { respond } from './respond.ts'

/** What a server may be asked for, at the most: a probe is a line, and a page a few. */
const LIMITS = {
  maxHeaderSize: 8_192,
  headersTimeout: 3_000,
  requestTimeout: 10_000,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 1_000,
} as const
const MOST_HEADERS = 64
const MOST_CONNECTIONS = 512
/** A connection on which nothing moves for so long is closed; events have their heartbeat. */
const IDLE_MS = 30_000
/** How long answers that are being sent may take to end, when the sidecar stops. */
const GOODBYE_MS = 500

/** What is served, and where. */
export interface Serving {
  readonly answers: Answers
  readonly address: ListenAddress
  /** Of PGATE_LISTEN_NAMES. */
  readonly names: readonly string[]
  readonly log: Log
}

/** Where the server came to listen. */
export interface Listening {
  /** `http://127.0.0.1:8432` */
  readonly url: string
}

/**
 * Answers while `use` runs; afterwards no socket is left open.
 * @throws {GateError} LISTEN_FAILED
 */
export async function withHttpServer<T>(
  { answers, address, names, log }: Serving,
  use: (listening: Listening) => Promise<T>,
): Promise<T> {
  const listeners = createEventListeners(() => answers.event())
  answers.watch(() => listeners.send())
  const own = [...names, address.host.toLowerCase()]
  const server = createServer(LIMITS, (request, response) =>
    respond({ answers, listeners, log, names: own }, request, response),
  )
  server.maxHeadersCount = MOST_HEADERS
  server.maxConnections = MOST_CONNECTIONS
  server.setTimeout(IDLE_MS)
  try {
    return await use({ url: await listen(server, address) })
  } finally {
    listeners.close()
    await close(server)
  }
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<string> {
  try {
    server.listen({ host, port })
    await once(server, 'listening')
  } catch (error) {
    throw cannotListen(error, { host, port })
  }
  const bound = server.address()
  const taken = bound !== null && typeof bound === 'object' ? bound.port : port
  return `http://${labelOf({ host, port: taken })}`
}

function cannotListen(error: unknown, address: ListenAddress): GateError {
  const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error'
  const label = labelOf(address)
  return new GateError('LISTEN_FAILED', `cannot listen on ${label} (${reason})`, {
    facts: { address: label, reason },
    cause: error,
  })
}

function labelOf({ host, port }: ListenAddress): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

async function close(server: Server): Promise<void> {
  if (!server.listening) return
  const closed = once(server, 'close')
  server.close()
  server.closeIdleConnections()
  const rest = setTimeout(() => server.closeAllConnections(), GOODBYE_MS)
  await closed
  clearTimeout(rest)
}
