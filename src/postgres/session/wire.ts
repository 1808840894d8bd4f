import { type Duplex, Readable } from 'node:stream'
import { parse } from 'pg-protocol'

/** What a server sends, as far as pgate listens to it: pg-protocol's own types name the `name` alone. */
export type Message = { readonly length: number } & (
  | { readonly name: 'authenticationOk' | 'authenticationCleartextPassword' }
  | { readonly name: 'emptyQuery' | 'copyInResponse' }
  | { readonly name: 'authenticationMD5Password'; readonly salt: Buffer }
  | { readonly name: 'authenticationSASL'; readonly mechanisms: readonly string[] }
  | { readonly name: 'authenticationSASLContinue'; readonly data: string }
  | { readonly name: 'authenticationSASLFinal'; readonly data: string }
  | {
      readonly name: 'parameterStatus'
      readonly parameterName: string
      readonly parameterValue: string
    }
  | { readonly name: 'backendKeyData'; readonly processID: number; readonly secretKey: number }
  | { readonly name: 'readyForQuery'; readonly status: string }
  | { readonly name: 'rowDescription'; readonly fields: readonly Field[] }
  | { readonly name: 'dataRow'; readonly fields: readonly (string | null)[] }
  | { readonly name: 'commandComplete'; readonly text: string }
  | (Error & { readonly name: 'error' })
  | ({ readonly name: 'notice' } & RawNotice)
)

/** A column of an answer. */
export interface Field {
  readonly name: string
  readonly dataTypeID: number
}

export interface RawNotice {
  readonly severity: string
  readonly code: string
  readonly message: string
  readonly detail?: string
  readonly routine?: string
}

/** Who hears what comes by a wire. */
export interface WireListener {
  message(message: Message): void
  /** Nothing more comes: with the error of the stream, and at its close without one. */
  ended(error?: Error): void
}

/** PostgreSQL's messages over a stream: a socket, or what stands for one. */
export interface Wire {
  readonly stream: Duplex
  /** Sends messages in one write; none where the stream is no longer open. */
  send(messages: readonly Buffer[]): void
  /** Names who hears what comes from now on; one at a time. */
  hear(listener: WireListener): void
}

export interface WireGuard {
  /** Sees all bytes before they are parsed; what it throws ends the stream. */
  look?(chunk: Buffer): void
  /** The error that the stream ends with where bytes are no messages of PostgreSQL. */
  garbled(error: unknown): Error
}

/**
 * Speaks PostgreSQL's protocol over an open stream by pg-protocol's parser. Bytes that are no PostgreSQL
 * end the stream with an error, which the parser would throw at the process.
 * @see docs/decisions/0067-a-session-of-our-own.md
 */
export function openWire(stream: Duplex, guard: WireGuard): Wire {
  let listener: WireListener | undefined
  // The parser wants a stream; given its bytes by hand, it throws here.
  const source = new Readable({ read: () => {} })
  const faults: unknown[] = []
  void parse(source, (message) => {
    try {
      listener?.message(message as Message)
    } catch (error) {
      faults.push(error)
    }
  })
  stream.on('data', (chunk: Buffer) => {
    try {
      guard.look?.(chunk)
      source.emit('data', chunk)
    } catch (error) {
      stream.destroy(guard.garbled(error))
    }
    // What a listener throws is a fault of ours, and no word of the server's.
    if (faults.length > 0) throw faults[0]
  })
  stream.on('error', (error) => listener?.ended(error))
  stream.on('end', () => listener?.ended())
  stream.on('close', () => listener?.ended())
  return {
    stream,
    hear: (next) => {
      listener = next
    },
    send: (messages) => {
      if (!stream.writable) return
      stream.cork()
      for (const message of messages) stream.write(message)
      stream.uncork()
    },
  }
}
