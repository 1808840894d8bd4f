import { connect, type Socket } from 'node:net'
import { throughListener, withListener } from './network.ts'
import { clientMessages, serverMessages, sqlOf } from './protocol.ts'

/** What a client said before it waited, message by message: `Q select 1`, `B`, `E`, `S`. */
export type Turn = readonly string[]

/** The round trips of one connection: each time that the client waited for the server. */
export interface ConnectionTurns {
  /** Up to the server's first ReadyForQuery: asking for TLS, the start-up, the authentication. */
  readonly startUp: readonly Turn[]
  readonly after: readonly Turn[]
}

export interface TurnCounter {
  /** The server's URL, through the counter and without TLS, which it could not read. */
  readonly url: string
  /** So far, in the order in which the connections were opened. */
  connections(): readonly ConnectionTurns[]
}

/**
 * Counts round trips. The answer is held back until the client has said nothing for `quietMs` (20
 * by default), so that a client that sends several messages without waiting, in however many
 * packets, is seen to take one turn: what it would take where the server is far away.
 */
export async function withTurnCounter<T>(
  url: string,
  use: (counter: TurnCounter) => Promise<T>,
  quietMs = 20,
): Promise<T> {
  const connections: ConnectionTurns[] = []
  const serve = (client: Socket) => {
    const turns = { startUp: [], after: [] }
    connections.push(turns)
    count(client, url, { turns, quietMs })
  }
  return withListener(serve, (listener) => {
    const through = new URL(throughListener(url, listener))
    through.searchParams.set('sslmode', 'disable')
    return use({ url: through.href, connections: () => connections })
  })
}

interface Counting {
  readonly turns: { readonly startUp: Turn[]; readonly after: Turn[] }
  readonly quietMs: number
}

function count(client: Socket, url: string, { turns, quietMs }: Counting): void {
  const { hostname, port } = new URL(url)
  const server = connect(Number(port), hostname)
  const [readClient, readServer] = [clientMessages(), serverMessages()]
  let said: string[] = []
  let isReady = false
  let held: Buffer[] = []
  let spokeAt = 0
  let timer: NodeJS.Timeout | undefined
  const release = () => {
    if (held.length === 0) return
    if (said.length > 0) turns[isReady ? 'after' : 'startUp'].push(said)
    said = []
    const bytes = Buffer.concat(held)
    held = []
    isReady ||= readServer(bytes).some(({ type }) => type === 'Z')
    client.write(bytes)
  }
  const releaseWhenQuiet = () => {
    clearTimeout(timer)
    timer = setTimeout(release, Math.max(0, spokeAt + quietMs - performance.now()))
  }
  client.on('data', (chunk: Buffer) => {
    said.push(...readClient(chunk).map((message) => `${message.type} ${sqlOf(message)}`.trim()))
    spokeAt = performance.now()
    server.write(chunk)
    if (held.length > 0) releaseWhenQuiet()
  })
  server.on('data', (chunk: Buffer) => {
    held.push(chunk)
    releaseWhenQuiet()
  })
  server.on('error', () => client.destroy())
  client.once('close', () => server.destroy())
  server.once('close', () => {
    clearTimeout(timer)
    release()
    client.end()
  })
}
