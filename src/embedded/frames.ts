import type { Greeting } from './backend.ts'

/** A whole message of a client. */
export interface Frame {
  /** Its type byte; of those that have none `encrypted` (a question for TLS), `cancel` or `start`. */
  readonly type: string
  readonly bytes: Buffer
}

const UNTYPED: Readonly<Record<number, string>> = {
  80877102: 'cancel',
  80877103: 'encrypted',
  80877104: 'encrypted',
}

/**
 * Cuts what a client sends into its messages, as they become whole.
 * @see https://www.postgresql.org/docs/current/protocol-message-formats.html
 */
export function cutFrames(): (chunk: Buffer) => Generator<Frame, void> {
  let rest: Buffer = Buffer.alloc(0)
  let isStarted = false
  return function* cut(chunk) {
    rest = Buffer.concat([rest, chunk])
    for (;;) {
      const at = isStarted ? 1 : 0
      if (rest.length < at + 8 && !(isStarted && rest.length >= 5)) return
      const length = at + rest.readUInt32BE(at)
      if (rest.length < length) return
      const bytes = rest.subarray(0, length)
      rest = rest.subarray(length)
      const untyped = () => UNTYPED[bytes.readUInt32BE(4)] ?? 'start'
      const type = isStarted ? bytes.toString('latin1', 0, 1) : untyped()
      isStarted ||= type === 'start'
      yield { type, bytes }
    }
  }
}

/** Who asks, and what is no setting of the server's. */
const NO_SETTINGS = /^(?:user|database|replication|options|_pq_\..*)$/

/** The settings that a start-up message asks for, in `options` and by themselves. */
export function settingsIn({ bytes }: Frame): readonly (readonly [name: string, value: string])[] {
  const texts = bytes.toString('utf8', 8).split('\0')
  const pairs = texts.flatMap((name, index) =>
    index % 2 === 0 && name !== '' ? [[name, texts[index + 1] ?? ''] as const] : [],
  )
  const options = pairs.find(([name]) => name === 'options')?.[1] ?? ''
  const given = [...options.matchAll(/(?:^|\s)(?:-c\s*|--)([\w.]+)=((?:\\.|\S)*)/gs)]
  return [
    ...pairs.filter(([name]) => !NO_SETTINGS.test(name)),
    ...given.map(([, name = '', value = '']) => [name, value.replace(/\\(.)/gs, '$1')] as const),
  ]
}

/** What a server says of itself to a client that is logged in. */
export function greetingOf({ version, pid }: Greeting): Buffer {
  const parameters = Object.entries({
    server_version: version,
    server_encoding: 'UTF8',
    client_encoding: 'UTF8',
    DateStyle: 'ISO, MDY',
    IntervalStyle: 'postgres',
    TimeZone: 'UTC',
    integer_datetimes: 'on',
    standard_conforming_strings: 'on',
    is_superuser: 'on',
    session_authorization: 'postgres',
  })
  return Buffer.concat([
    message('R', numbers(0)),
    ...parameters.map(([name, value]) => message('S', texts(name, value))),
    message('K', numbers(pid, 0)),
    message('Z', Buffer.from('I')),
  ])
}

export function query(sql: string): Buffer {
  return message('Q', texts(sql))
}

/** The error with which a server refuses a connection. */
export function fatal(sqlstate: string, text: string): Buffer {
  return message('E', texts('SFATAL', 'VFATAL', `C${sqlstate}`, `M${text}`, ''))
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), numbers(body.length + 4), body])
}

function numbers(...values: readonly number[]): Buffer {
  const buffer = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) buffer.writeInt32BE(value, index * 4)
  return buffer
}

function texts(...values: readonly string[]): Buffer {
  return Buffer.from(values.map((value) => `${value}\0`).join(''))
}
