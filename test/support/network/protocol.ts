/** One message of the protocol: its type byte (`Q`, `Z`), or what an untyped one is, and its body. */
export interface Message {
  readonly type: string
  readonly body: Buffer
}

/** Takes the bytes as they come and gives the messages that are whole with them. */
export type MessageReader = (chunk: Buffer) => readonly Message[]

const REQUESTS: Readonly<Record<number, string>> = {
  80877102: 'cancel',
  80877103: 'ssl?',
  80877104: 'gss?',
}

/**
 * Reads what a client says: untyped packets up to the start-up message, typed ones from then on.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function clientMessages(): MessageReader {
  let started = false
  return reader((bytes) => {
    if (started) return typed(bytes)
    if (bytes.length < 8) return undefined
    const length = bytes.readInt32BE(0)
    if (bytes.length < length) return undefined
    const type = REQUESTS[bytes.readInt32BE(4)] ?? 'start-up'
    started = type === 'start-up'
    return { message: { type, body: bytes.subarray(8, length) }, length }
  })
}

/** Reads what a server says to a client that asked for neither TLS nor GSSAPI. */
export function serverMessages(): MessageReader {
  return reader(typed)
}

/** The SQL of a Query or Parse message, on one line; empty for any other. */
export function sqlOf({ type, body }: Message): string {
  const strings = type === 'Q' || type === 'P' ? body.toString('utf8').split('\0') : []
  return (strings[type === 'P' ? 1 : 0] ?? '').replaceAll(/\s+/g, ' ').trim()
}

interface Found {
  readonly message: Message
  readonly length: number
}

function typed(bytes: Buffer): Found | undefined {
  if (bytes.length < 5) return undefined
  const length = bytes.readInt32BE(1) + 1
  if (bytes.length < length) return undefined
  return {
    message: { type: String.fromCharCode(bytes[0] ?? 0), body: bytes.subarray(5, length) },
    length,
  }
}

function reader(next: (bytes: Buffer) => Found | undefined): MessageReader {
  let bytes: Buffer = Buffer.alloc(0)
  return (chunk) => {
    bytes = bytes.length === 0 ? chunk : Buffer.concat([bytes, chunk])
    const messages: Message[] = []
    for (let found = next(bytes); found !== undefined; found = next(bytes)) {
      messages.push(found.message)
      bytes = bytes.subarray(found.length)
    }
    return messages
  }
}
