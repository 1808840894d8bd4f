import { serialize } from 'pg-protocol'
import type { Wire } from './wire.ts'

/** Characters sent at a time, up to the end of a line. */
const PIECE = 64 * 1024

/**
 * Sends the data of a COPY … FROM STDIN as fast as the server takes it, while `isWanted`.
 * @see https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-COPY
 */
export async function sendCopyData(
  { stream, send }: Wire,
  data: string,
  isWanted: () => boolean,
): Promise<void> {
  for (const message of copyMessages(data)) {
    if (!isWanted()) return
    send([message])
    if (stream.writableNeedDrain) await drained(stream)
  }
}

/** The data in pieces that end where a line does, so that no character is cut in two, and its end. */
export function* copyMessages(data: string): Generator<Buffer> {
  for (let start = 0; start < data.length; ) {
    const near = data.indexOf('\n', start + PIECE)
    const end = near === -1 ? data.length : near + 1
    yield serialize.copyData(Buffer.from(data.slice(start, end)))
    start = end
  }
  yield serialize.copyDone()
}

function drained(stream: Wire['stream']): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  stream.once('drain', resolve).once('close', resolve)
  return promise.finally(() => stream.off('drain', resolve).off('close', resolve))
}
