import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import type { StartedTestContainer } from 'testcontainers'
import { containers } from '../docker/containers.ts'
import { describeWhenUp } from './describe-server.ts'
import { startPoolers } from './pgbouncer.ts'
import type { TestServer } from './servers.ts'

const run = promisify(execFile)

const SERVERS = [
  { name: 'pg17', image: 'pgvector/pgvector:pg17' },
  { name: 'pg18', image: 'pgvector/pgvector:pg18' },
  { name: 'pg15', image: 'postgres:15' },
] as const

/** Servers that run, and how to end them. */
export interface StartedServers {
  readonly servers: readonly TestServer[]
  readonly stop: () => Promise<void>
}

/**
 * Starts the newest servers with pgvector and the oldest one without, all at once, and then the
 * PgBouncers before them.
 */
export async function startDockerServers(): Promise<StartedServers> {
  const started: StartedTestContainer[] = []
  const stop = async () => {
    await Promise.all(started.map(reportCrashes))
    await Promise.all(started.map((container) => container.stop({ timeout: 0 })))
  }
  const start = async (image: string) => {
    const container = await startPostgres(image)
    started.push(container)
    return container
  }
  try {
    const up = await allSettled(SERVERS.map(({ image }) => start(image)))
    const { container, addresses } = await startPoolers(
      up.map((one) => one.getIpAddress('bridge')),
      PASSWORD,
    )
    started.push(container)
    const servers = up.map(async (one, index) => {
      const known = {
        name: SERVERS[index]?.name ?? '',
        url: postgresUrl(one),
        container: one.getId(),
      }
      const poolers = addresses[index]
      return { ...(await describeWhenUp(known)), ...(poolers && { poolers }) }
    })
    return { servers: await Promise.all(servers), stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** As Promise.all, and rejects only once all is over: what has been started is known then. */
async function allSettled<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  await Promise.allSettled(promises)
  return Promise.all(promises)
}

/** The password of the superuser in every container that tests start. */
export const PASSWORD = 'test only'

/** Where they keep their files: a folder in memory. */
export const MEMORY = '/memory'

const SETTINGS = ['fsync=off', 'max_connections=300', 'max_wal_size=256MB']

async function startPostgres(image: string): Promise<StartedTestContainer> {
  const { GenericContainer, Wait } = await containers()
  return (
    new GenericContainer(image)
      .withEnvironment({ POSTGRES_PASSWORD: PASSWORD, PGDATA: `${MEMORY}/data` })
      // A database is made of three hundred files, for a quarter of what a disk's take.
      .withTmpFs({ [MEMORY]: 'rw,mode=1777' })
      // Nothing here outlives a crash of the machine, and 20 gates at once need room.
      .withCommand(['postgres', ...SETTINGS.flatMap((setting) => ['-c', setting])])
      .withSharedMemorySize(256 * 1024 * 1024)
      .withExposedPorts(5432)
      // No health check: it would go on starting processes in the container during the tests.
      .withWaitStrategy(Wait.forListeningPorts())
      .withStartupTimeout(120_000)
      .start()
  )
}

/**
 * A server that crashed takes the sessions of all tests along, and is up again a moment later: the
 * tests that failed report lost connections, and only the server's log says why.
 */
async function reportCrashes(container: StartedTestContainer): Promise<void> {
  const { stderr } = await run('docker', ['logs', container.getId()], { maxBuffer: 2 ** 28 })
  const lines = stderr.split('\n').filter((line) => /terminated by signal|PANIC:/.test(line))
  if (lines.length > 0) console.error(`${container.getName()} crashed:\n${lines.join('\n')}`)
}

/** The superuser's URL of a container that serves PostgreSQL, as this machine reaches it. */
export function postgresUrl(container: StartedTestContainer): string {
  const port = container.getMappedPort(5432)
  return `postgres://postgres:${encodeURIComponent(PASSWORD)}@${container.getHost()}:${port}/postgres`
}
