import type { IncomingMessage, ServerResponse } from 'node:http'
import { isIP } from 'node:net'
import type { Log } from '../../base/log.ts'
import { messageOf } from '../../errors/error.ts'
import type { Answer, Answers } from '../status/answers.ts'
import type { EventListeners } from './event-listeners.ts'

/** What the requests are answered from. */
export interface Answering {
  readonly answers: Answers
  readonly listeners: EventListeners
  readonly log: Log
  /** The names that a request may give as its Host, in lower case. */
  readonly names: readonly string[]
}

const COMMON = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' } as const

/**
 * Answers one request, out of memory alone. Only GET and HEAD are answered, only known paths, and only
 * a Host that is the sidecar's own.
 */
export function respond(
  { answers, listeners, log, names }: Answering,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  // A body is nothing that is asked for: it is not read, and the connection goes with it.
  if (hasBody(request)) response.setHeader('connection', 'close')
  const { method, url = '/', headers } = request
  if (!isOwnHost(headers.host, names)) refuse(response, 421)
  else if (method !== 'GET' && method !== 'HEAD') refuse(response, 405, { allow: 'GET, HEAD' })
  else if (isEvents(url)) serveEvents(listeners, response, method)
  else sendMade(response, () => answers.of(url), log)
}

/** An answer that cannot be made is a fault of pgate's, and none to stop verifying for. */
function sendMade(response: ServerResponse, make: () => Answer | undefined, log: Log): void {
  try {
    const made = make()
    if (made === undefined) refuse(response, 404)
    else send(response, made)
  } catch (error) {
    log.error('sidecar.bug', `an answer could not be made: ${messageOf(error)}`)
    if (response.headersSent) response.destroy()
    else refuse(response, 500)
  }
}

function send(response: ServerResponse, { code, type, body, headers = {} }: Answer): void {
  const length = { 'content-type': type, 'content-length': body.length }
  // Node leaves the body of an answer to HEAD out by itself.
  response.writeHead(code, { ...COMMON, ...headers, ...length }).end(body)
}

function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function isEvents(url: string): boolean {
  return url.split('?', 1)[0] === '/events'
}

/** One listener too many is asked to come again in a minute, which a browser does by itself. */
function serveEvents(
  listeners: EventListeners,
  response: ServerResponse,
  method: 'GET' | 'HEAD',
): void {
  // Of nginx: an event is not to be held back until a buffer is full.
  const unbuffered = { 'x-accel-buffering': 'no' }
  response.writeHead(200, { ...COMMON, ...unbuffered, 'content-type': 'text/event-stream' })
  if (method === 'HEAD') response.end()
  else if (!listeners.add(response)) response.end(': enough listen already\nretry: 60000\n\n')
}

const REFUSALS = {
  404: 'not found\n',
  405: 'only GET and HEAD are answered\n',
  421: 'not answered under this Host: use an address, localhost, or a name of PGATE_LISTEN_NAMES\n',
  500: 'an unexpected error; see the log\n',
} as const

function refuse(
  response: ServerResponse,
  code: keyof typeof REFUSALS,
  headers: Readonly<Record<string, string>> = {},
): void {
  const body = REFUSALS[code]
  const length = { 'content-type': 'text/plain; charset=utf-8', 'content-length': body.length }
  response.writeHead(code, { ...COMMON, ...headers, ...length }).end(body)
}

/**
 * Whether a request that gives this Host is meant for the sidecar: an address, localhost, one of the
 * names (in lower case), or none at all, as probes of HTTP/1.0. A web page that points a name of its
 * own to 127.0.0.1 gives that name, and is not answered. Pure.
 *
 * @param host the header as it came: `10.0.0.7:8432`, `[::1]:8432`, `localhost`
 */
function isOwnHost(host: string | undefined, names: readonly string[]): boolean {
  if (host === undefined || host === '') return true
  const [, bracketed, plain] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(host) ?? []
  const name = (bracketed ?? plain ?? host).toLowerCase().replace(/\.$/, '')
  if (bracketed !== undefined) return isIP(name) === 6
  return isIP(name) !== 0 || name === 'localhost' || names.includes(name)
}
