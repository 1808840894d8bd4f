import type { PGlite } from '@electric-sql/pglite'
import { serverSession } from '../postgres/session/server-session.ts'
import type { Session } from '../postgres/session/session.ts'
import type { EmbeddedProcess } from './backend.ts'
import { EMBEDDED_EXTENSIONS } from './bundles.ts'

/**
 * A session on the one backend, put back to what a new connection would find; `onClose` is called
 * when it is given up. Nothing can cancel what it runs but the end of the backend.
 */
export async function openSession(backend: EmbeddedProcess, onClose: () => void): Promise<Session> {
  const [{ createPgConfig }, { protocol }, { default: Client }] = await Promise.all([
    import('@electric-sql/pglite/node-postgres'),
    import('@electric-sql/pglite'),
    import('pg/lib/client.js'),
  ])
  const { version, pid } = await backend.session()
  const execProtocolStream = async (bytes: Uint8Array): Promise<{ readonly name: string }[]> => {
    const messages: { readonly name: string }[] = []
    new protocol.Parser().parse(await backend.protocol(bytes), (one) => messages.push(one))
    return messages
  }
  // All that it uses of a PGlite.
  const stub = { waitReady: Promise.resolve(), execProtocolStream }
  const inProcess = createPgConfig(stub as unknown as PGlite)
  const client = new Client({ ...inProcess, ...NO_HANDSHAKE })
  await client.connect()
  const { connection } = client
  // COPY with its data is one write, which PGlite's connection knows no way for.
  const write = async (bytes: Uint8Array) => {
    try {
      for (const message of await execProtocolStream(bytes)) {
        connection.emit(message.name === 'error' ? 'errorMessage' : message.name, message)
      }
    } catch (error) {
      connection.emit('error', error)
    }
  }
  Object.assign(connection.stream, { write })
  const parameters = new Map([['server_version', version]])
  const opened = serverSession({ client, parameters }, async () => {}, 'at once')
  const session = { ...opened, server: { ...opened.server, builtIn: EMBEDDED_EXTENSIONS } }
  const close = async () => {
    await session.close()
    onClose()
  }
  return { ...session, processId: pid, close }
}

/** There is no network: nothing to encrypt, and nobody to send a password to. */
const NO_HANDSHAKE = {
  ssl: false,
  sslnegotiation: 'postgres',
  enableChannelBinding: false,
  password: () => '',
} as const
