import type { PGlite } from '@electric-sql/pglite'
import { serverSession } from '../postgres/server-session.ts'
import type { Session } from '../postgres/session.ts'

/**
 * A session on the one backend, put back to what a new connection would find; `onClose` is called
 * when it is given up. Nothing can cancel it: while the backend works, this process does nothing
 * else.
 */
export async function openSession(pglite: PGlite, onClose: () => void): Promise<Session> {
  const [{ createPgConfig }, { default: Client }] = await Promise.all([
    import('@electric-sql/pglite/node-postgres'),
    import('pg/lib/client.js'),
  ])
  await pglite.exec('rollback')
  await pglite.exec('discard all')
  const { version, pid } = await greeting(pglite)
  const inProcess = createPgConfig(pglite)
  const client = new Client({ ...inProcess, ...NO_HANDSHAKE })
  await client.connect()
  const parameters = new Map([['server_version', version]])
  const session = serverSession({ client, parameters }, async () => {})
  const close = async () => {
    await session.close()
    onClose()
  }
  return { ...session, processId: pid, close }
}

/** There is no network: nothing to encrypt, and nobody to be told a password. */
const NO_HANDSHAKE = {
  ssl: false,
  sslnegotiation: 'postgres',
  enableChannelBinding: false,
  password: () => '',
} as const

interface Greeting {
  readonly version: string
  readonly pid: number
}

/** What a server says of itself when a session begins, and PGlite does not. */
async function greeting(pglite: PGlite): Promise<Greeting> {
  const { rows } = await pglite.query<Greeting>(`
    select pg_catalog.current_setting('server_version') as version,
           pg_catalog.pg_backend_pid() as pid`)
  const [row] = rows
  if (row === undefined) throw new Error('the embedded PostgreSQL did not say its version')
  return row
}
