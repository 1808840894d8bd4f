/** The connection is gone without an error of the server or the system that would say why. */
export class ConnectionLostError extends Error {
  readonly code = 'CONNECTION_CLOSED'

  constructor(message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'ConnectionLostError'
  }
}

/** Codes of system errors after which a socket is of no more use. */
const LOST = new Set([
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'ENETDOWN',
  'ENETRESET',
  'ENETUNREACH',
  'EHOSTDOWN',
  'EHOSTUNREACH',
  'ENOTCONN',
  'EPROTO',
  'ERR_STREAM_DESTROYED',
  'ERR_STREAM_WRITE_AFTER_END',
])

/** True for {@link ConnectionLostError} and for errors of the socket, TLS's own included. */
export function isLostSocket(error: unknown): boolean {
  const code = codeOf(error)
  if (code === undefined) return false
  return error instanceof ConnectionLostError || LOST.has(code) || code.startsWith('ERR_SSL_')
}

/** The `code` of an error of Node.js, of the driver or of ours; undefined where it has none. */
export function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error)) return undefined
  return typeof error.code === 'string' ? error.code : undefined
}
