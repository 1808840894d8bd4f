import type { StartedTestContainer } from 'testcontainers'
import { containers } from '../docker/containers.ts'
import { type TestServer, urlOf } from './servers.ts'

const MODES = ['session', 'transaction'] as const

/** How a PgBouncer pools. */
export type PoolMode = (typeof MODES)[number]

/** The PgBouncer of the run in front of one server. */
export interface TestPooler {
  /** The superuser's URL of a database, through the pooler. */
  urlOf(database: string): string
}

/**
 * Lends the PgBouncer that pools `server` (a container: `servers({ docker: true })`) by session or
 * transaction, for every database there. Databases share no connection.
 */
export function withPgbouncer<T>(
  server: TestServer,
  mode: PoolMode,
  use: (pooler: TestPooler) => Promise<T>,
): Promise<T> {
  if (server.poolers === undefined) throw new Error(`${server.name} is not a container`)
  const pooled = new URL(server.url)
  pooled.host = server.poolers[mode]
  return use({ urlOf: (database) => urlOf({ url: pooled.href }, database) })
}

/** Of one server, where its PgBouncers are reached: `localhost:32768`. */
export type PoolerAddresses = Readonly<Record<PoolMode, string>>

/** Every PgBouncer of the run, in one container. */
export interface StartedPoolers {
  readonly container: StartedTestContainer
  /** Of the servers, in their order. */
  readonly addresses: readonly PoolerAddresses[]
}

/** Starts one of each mode before each server, which are named by their addresses on the bridge network. */
export async function startPoolers(
  hosts: readonly string[],
  password: string,
): Promise<StartedPoolers> {
  const { GenericContainer, Wait } = await containers()
  const poolers = hosts.flatMap((host) => MODES.map((mode) => ({ host, mode })))
  const files = poolers.map(({ host, mode }, index) => ({
    target: `/etc/pgbouncer/${portOf(index)}.ini`,
    content: settings(host, mode, portOf(index)),
  }))
  const container = await new GenericContainer('edoburu/pgbouncer:latest')
    .withCopyContentToContainer([
      ...files,
      { target: '/etc/pgbouncer/userlist.txt', content: `"postgres" "${password}"\n` },
    ])
    .withEntrypoint(['sh', '-c'])
    .withCommand([`${files.map(({ target }) => `pgbouncer ${target} &`).join(' ')} wait`])
    .withExposedPorts(...poolers.map((_, index) => portOf(index)))
    .withWaitStrategy(Wait.forListeningPorts())
    .withStartupTimeout(60_000)
    .start()
  const address = (index: number) =>
    `${container.getHost()}:${container.getMappedPort(portOf(index))}`
  return {
    container,
    addresses: hosts.map((_, index) => ({
      session: address(index * MODES.length),
      transaction: address(index * MODES.length + 1),
    })),
  }
}

function portOf(index: number): number {
  return 6432 + index
}

/** The password is known in plain text here, so PgBouncer can log in to the server with SCRAM. */
function settings(host: string, mode: PoolMode, port: number): string {
  return `[databases]
* = host=${host} port=5432
[pgbouncer]
listen_addr = *
listen_port = ${port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = /etc/pgbouncer/userlist.txt
pool_mode = ${mode}
default_pool_size = 20
max_client_conn = 500
ignore_startup_parameters = extra_float_digits,options
server_reset_query_always = 0
`
}
