import type { StartedTestContainer } from 'testcontainers'
import { containers } from '../docker/containers.ts'
import { MEMORY, PASSWORD } from './docker-servers.ts'

const IMAGE = 'pgvector/pgvector:pg17'
const STANDBY_PORT = 5433

/** A primary and a standby that streams from it, by their superuser's URLs. */
export interface ReplicatedServer {
  readonly primary: string
  readonly standby: string
  /** Stops and goes on with what the standby replays. */
  pauseReplay(): Promise<void>
  resumeReplay(): Promise<void>
}

/** Lends the two, in one container that is stopped whatever happens. */
export async function withReplicatedServer<T>(
  use: (server: ReplicatedServer) => Promise<T>,
): Promise<T> {
  const { GenericContainer, Wait } = await containers()
  const container = await new GenericContainer(IMAGE)
    .withEntrypoint(['sleep', 'infinity'])
    .withEnvironment({ PGPASSWORD: PASSWORD })
    .withTmpFs({ [MEMORY]: 'rw,mode=1777' })
    .withExposedPorts(5432, STANDBY_PORT)
    .withWaitStrategy(Wait.forSuccessfulCommand('true'))
    .start()
  try {
    await shell(container, START)
    const onStandby = (sql: string) =>
      shell(container, `psql -qU postgres -h 127.0.0.1 -p ${STANDBY_PORT} -c 'select ${sql}'`)
    return await use({
      primary: urlOf(container, 5432),
      standby: urlOf(container, STANDBY_PORT),
      pauseReplay: () => onStandby('pg_wal_replay_pause()'),
      resumeReplay: () => onStandby('pg_wal_replay_resume()'),
    })
  } finally {
    await container.stop({ timeout: 0 })
  }
}

const START = `
  initdb -D ${MEMORY}/primary -U postgres -A scram-sha-256 --pwfile=<(echo "$PGPASSWORD") --no-sync
  echo 'host all,replication all all scram-sha-256' >> ${MEMORY}/primary/pg_hba.conf
  start() { pg_ctl start -w -D ${MEMORY}/$1 -l ${MEMORY}/$1.log -o "-c listen_addresses=* -c fsync=off -c port=$2"; }
  start primary 5432
  pg_basebackup -h 127.0.0.1 -U postgres -D ${MEMORY}/standby -R -c fast
  start standby ${STANDBY_PORT}
`

export function urlOf(container: StartedTestContainer, port: number): string {
  const at = `${container.getHost()}:${container.getMappedPort(port)}`
  return `postgres://postgres:${encodeURIComponent(PASSWORD)}@${at}/postgres`
}

export async function shell(container: StartedTestContainer, script: string): Promise<void> {
  const command = ['bash', '-c', `set -euo pipefail\n${script}`]
  const { exitCode, output } = await container.exec(command, { user: 'postgres' })
  if (exitCode !== 0) throw new Error(`${script}\n${output}`)
}
