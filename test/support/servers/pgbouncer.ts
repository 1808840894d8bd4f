import type { StartedTestContainer } from 'testcontainers'
import { containers } from '../docker/containers.ts'
import { PASSWORD } from './docker-servers.ts'
import type { TestServer } from './servers.ts'

/** A PgBouncer in front of one server. */
export interface TestPooler {
  /** The superuser's URL of a database, through the pooler. */
  urlOf(database: string): string
}

/**
 * Lends a PgBouncer that pools `server` (a container: `servers({ docker: true })`) by session or
 * transaction, for every database there; stopped whatever happens.
 */
export async function withPgbouncer<T>(
  server: TestServer,
  mode: 'session' | 'transaction',
  use: (pooler: TestPooler) => Promise<T>,
): Promise<T> {
  const container = await startPgbouncer(server, mode)
  try {
    const address = `${container.getHost()}:${container.getMappedPort(PORT)}`
    const user = `postgres:${encodeURIComponent(PASSWORD)}`
    return await use({ urlOf: (database) => `postgres://${user}@${address}/${database}` })
  } finally {
    await container.stop({ timeout: 0 })
  }
}

const PORT = 6432

async function startPgbouncer(server: TestServer, mode: string): Promise<StartedTestContainer> {
  if (server.container === undefined) throw new Error(`${server.name} is not a container`)
  const { GenericContainer, Wait, getContainerRuntimeClient } = await containers()
  const runtime = await getContainerRuntimeClient()
  const { NetworkSettings } = await runtime.container.getById(server.container).inspect()
  const host = NetworkSettings.Networks.bridge?.IPAddress
  if (!host) throw new Error(`${server.name} has no address on the bridge network`)
  return new GenericContainer('edoburu/pgbouncer:latest')
    .withCopyContentToContainer([
      { target: '/etc/pgbouncer/pgbouncer.ini', content: settings(host, mode) },
      { target: '/etc/pgbouncer/userlist.txt', content: `"postgres" "${PASSWORD}"\n` },
    ])
    .withEntrypoint(['pgbouncer', '/etc/pgbouncer/pgbouncer.ini'])
    .withExposedPorts(PORT)
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(60_000)
    .start()
}

/** The password is known in plain text here, so PgBouncer can log in to the server with SCRAM. */
function settings(host: string, mode: string): string {
  return `[databases]
* = host=${host} port=5432
[pgbouncer]
listen_addr = *
listen_port = ${PORT}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/userlist.txt
pool_mode = ${mode}
default_pool_size = 20
ignore_startup_parameters = extra_float_digits,options
server_reset_query_always = 0
`
}
