import type { StartedTestContainer } from 'testcontainers'
import { containers } from '../docker/containers.ts'
import { PASSWORD } from './docker-servers.ts'
import { shell, urlOf } from './replicated-server.ts'

const IMAGE = 'pgvector/pgvector:pg17'
/** Where each copy of the server listens, by its name. */
const PORTS = { first: 5433, second: 5434 } as const

/** A server that archives its write-ahead log, and copies of it that are brought to a point in the past. */
export interface ArchivedServer {
  /** The superuser's URL. */
  readonly url: string
  /** Archives what is in the log so far. */
  archive(): Promise<void>
  /** Starts a copy from the base backup with these settings, and waits until it takes writes: its URL. */
  restore(copy: keyof typeof PORTS, settings: readonly string[]): Promise<string>
}

/** Lends one whose base backup was made when it was empty; all in one container, stopped whatever happens. */
export async function withArchivedServer<T>(
  use: (server: ArchivedServer) => Promise<T>,
): Promise<T> {
  const { GenericContainer, Wait } = await containers()
  const container = await new GenericContainer(IMAGE)
    .withEntrypoint(['sleep', 'infinity'])
    .withEnvironment({ PGPASSWORD: PASSWORD })
    .withExposedPorts(5432, ...Object.values(PORTS))
    .withWaitStrategy(Wait.forSuccessfulCommand('true'))
    .start()
  try {
    await shell(container, START)
    return await use(archivedServer(container))
  } finally {
    await container.stop({ timeout: 0 })
  }
}

const START_COPY = `start() { pg_ctl start -w -D /tmp/$1 -l /tmp/$1.log -o "-c listen_addresses=* -c fsync=off -c port=$2"; }`

const START = `
  mkdir /tmp/archive
  initdb -D /tmp/primary -U postgres -A scram-sha-256 --pwfile=<(echo "$PGPASSWORD") --no-sync
  echo 'host all,replication all all scram-sha-256' >> /tmp/primary/pg_hba.conf
  printf "%s\\n" "archive_mode = on" "archive_command = 'cp %p /tmp/archive/%f'" >> /tmp/primary/postgresql.conf
  ${START_COPY}
  start primary 5432
  pg_basebackup -h 127.0.0.1 -U postgres -D /tmp/base -c fast
`

function archivedServer(container: StartedTestContainer): ArchivedServer {
  return {
    url: urlOf(container, 5432),
    archive: () =>
      shell(
        container,
        `segment=$(psql -qAtU postgres -h 127.0.0.1 -c 'select pg_walfile_name(pg_switch_wal())')
         until [ -e /tmp/archive/$segment ]; do sleep 0.05; done`,
      ),
    restore: async (copy, settings) => {
      const lines = [...settings, "restore_command = 'cp /tmp/archive/%f %p'"]
      const quoted = lines.map((line) => `"${line}"`).join(' ')
      await shell(
        container,
        `cp -a /tmp/base /tmp/${copy}
         touch /tmp/${copy}/recovery.signal
         printf "%s\\n" ${quoted} "archive_mode = off" "recovery_target_action = promote" >> /tmp/${copy}/postgresql.conf
         ${START_COPY}
         start ${copy} ${PORTS[copy]}
         until [ "$(psql -qAtU postgres -h 127.0.0.1 -p ${PORTS[copy]} -c 'select pg_is_in_recovery()')" = f ]; do sleep 0.05; done`,
      )
      return urlOf(container, PORTS[copy])
    },
  }
}
