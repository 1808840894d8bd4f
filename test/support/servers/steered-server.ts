import type { StartedTestContainer } from 'testcontainers'
import { inject } from 'vitest'
import { containers } from '../docker/containers.ts'
import { MEMORY, PASSWORD, postgresUrl } from './docker-servers.ts'

const IMAGE = 'pgvector/pgvector:pg17'
const DATA = `${MEMORY}/steered`

/** A PostgreSQL that a test takes through its states; down to begin with. */
export interface SteeredServer {
  /** Of the superuser, for the database postgres, as this machine reaches it. */
  readonly url: string
  /** Starts it with these settings; does not wait until it accepts connections. */
  start(settings?: Readonly<Record<string, string>>): Promise<void>
  /**
   * Fast by default; a smart one is only begun: it waits for every session to end. An immediate one
   * is a crash: the next start recovers.
   */
  stop(mode?: 'fast' | 'smart' | 'immediate'): Promise<void>
  /** Makes it a standby without a primary: from the next start on it recovers for ever. */
  becomeStandby(): Promise<void>
  promote(): Promise<void>
  /** From now on it takes connections and never answers: a black hole. */
  freeze(): Promise<void>
  thaw(): Promise<void>
  /** The exit code of the real pg_isready, run next to the server. */
  isReady(...args: readonly string[]): Promise<number>
  /** Runs a script next to the server, as its user; `$PGDATA` is the data directory. */
  shell(script: string): Promise<void>
}

/** The images that such a server can be made of here: none where no Docker engine answers. */
export function steeredImages(): readonly string[] {
  return inject('environment').docker ? [IMAGE] : []
}

/** Lends a server of its own, in a container that is stopped whatever happens. */
export async function withSteeredServer<T>(
  use: (server: SteeredServer) => Promise<T>,
  options: SteeredOptions = {},
): Promise<T> {
  const server = await startSteeredServer(options)
  try {
    return await use(server)
  } finally {
    await server.remove()
  }
}

export interface SteeredOptions {
  /** The size of a disk of its own at /small: `64m`. */
  readonly small?: string
  /** Further words for initdb. */
  readonly initdb?: string
}

/** The same for a whole file of tests. The caller removes it. */
export async function startSteeredServer({
  small,
  initdb = '',
}: SteeredOptions = {}): Promise<SteeredServer & { remove(): Promise<void> }> {
  const { GenericContainer, Wait } = await containers()
  const container = await new GenericContainer(IMAGE)
    .withEntrypoint(['sleep', 'infinity'])
    .withEnvironment({ PGDATA: DATA, PGPASSWORD: PASSWORD })
    .withTmpFs({
      [MEMORY]: 'rw,mode=1777',
      ...(small !== undefined && { '/small': `rw,mode=1777,size=${small}` }),
    })
    .withExposedPorts(5432)
    .withWaitStrategy(Wait.forSuccessfulCommand('true'))
    .start()
  const remove = async () => void (await container.stop({ timeout: 0 }))
  try {
    const how = '-U postgres -A scram-sha-256 --pwfile=<(echo "$PGPASSWORD") --no-sync'
    await shell(container, `initdb ${how} ${initdb}`)
    await shell(container, `echo 'host all all all scram-sha-256' >> ${DATA}/pg_hba.conf`)
    return { ...steered(container), remove }
  } catch (error) {
    await remove()
    throw error
  }
}

function steered(container: StartedTestContainer): SteeredServer {
  return {
    url: postgresUrl(container),
    start: async (settings = {}) => {
      const all = { listen_addresses: '*', fsync: 'off', ...settings }
      const flags = Object.entries(all).map(([name, value]) => `-c ${name}=${value}`)
      await shell(container, `pg_ctl start -W -D ${DATA} -l /tmp/log -o "${flags.join(' ')}"`)
    },
    stop: async (mode = 'fast') => {
      await shell(container, `pg_ctl stop ${mode === 'smart' ? '-W' : '-w'} -D ${DATA} -m ${mode}`)
    },
    becomeStandby: () => shell(container, `touch ${DATA}/standby.signal`),
    promote: () => shell(container, `pg_ctl promote -w -D ${DATA}`),
    freeze: () => shell(container, `kill -STOP $(head -1 ${DATA}/postmaster.pid)`),
    thaw: () => shell(container, `kill -CONT $(head -1 ${DATA}/postmaster.pid)`),
    shell: (script) => shell(container, script),
    isReady: async (...args) => (await container.exec(['pg_isready', ...args])).exitCode,
  }
}

async function shell(container: StartedTestContainer, script: string): Promise<void> {
  const { exitCode, output } = await container.exec(['bash', '-c', script], { user: 'postgres' })
  if (exitCode !== 0) throw new Error(`${script}\n${output}`)
}
