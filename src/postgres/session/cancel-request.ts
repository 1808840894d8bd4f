import type { Socket } from 'node:net'
import { openStream, type SessionOpening, withSocket } from '../connect/handshake.ts'
import { withTimeout } from '../connect/timeout.ts'

/** From BackendKeyData: what names a session to the server, and proves that it is ours. */
export interface CancelKey {
  readonly processId: number
  readonly secretKey: number
}

/** How long asking may take, in milliseconds. */
const CANCEL_MS = 2000

/**
 * Asks the server, over a new connection to the same address with the same encryption, to cancel
 * what the session runs. Resolves when the server has read it; never rejects, and takes at most
 * two seconds: where it proves impossible, `warn` says why.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-CANCELING-REQUESTS
 */
export async function requestCancel(
  key: CancelKey,
  opening: SessionOpening,
  warn: (message: string) => void,
): Promise<void> {
  try {
    await withTimeout(new AbortController().signal, CANCEL_MS, (limited) =>
      withSocket(limited, async (socket) => {
        const stream = await openStream(socket, opening)
        stream.write(cancelRequest(key))
        await closed(stream)
        socket.destroy()
      }),
    )
  } catch (error) {
    warn(
      `the server could not be asked to cancel: ${error instanceof Error ? error.message : error}`,
    )
  }
}

const CANCEL_REQUEST_CODE = 80877102

function cancelRequest({ processId, secretKey }: CancelKey): Buffer {
  const request = Buffer.alloc(16)
  request.writeInt32BE(request.length, 0)
  request.writeInt32BE(CANCEL_REQUEST_CODE, 4)
  request.writeInt32BE(processId, 8)
  request.writeInt32BE(secretKey, 12)
  return request
}

/** The server answers nothing: that it closes is the sign that the signal has been sent. */
async function closed(stream: Socket): Promise<void> {
  await new Promise<void>((resolve) => {
    stream.once('end', resolve).once('close', resolve).resume()
  })
}
