import { containers } from '../docker/containers.ts'
import { type Certificates, type KeyPair, pem } from './certificates.ts'
import { MEMORY, PASSWORD } from './docker-servers.ts'

/** A PostgreSQL of one's own whose settings are not those of the shared ones. */
export interface OwnServer {
  readonly port: number
  /** The password of every role there. */
  readonly password: string
  /** Runs SQL as the superuser, inside the container. */
  sql(text: string): Promise<void>
  stop(): Promise<void>
}

/**
 * Roles and how each may log in: `tls_only`, `plain_only`, `cert_user` (client certificate),
 * `md5_user`, `cleartext_user`, `trusted`; every other by SCRAM, with TLS or without.
 */
const HBA = `local all all trust
hostssl all tls_only all scram-sha-256
host all tls_only all reject
hostnossl all plain_only all scram-sha-256
host all plain_only all reject
hostssl all cert_user all cert
host all cert_user all reject
host all md5_user all md5
host all cleartext_user all password
host all trusted all trust
host all all all scram-sha-256
`

const ROLES = `
  create role tls_only login password '${PASSWORD}';
  create role plain_only login password '${PASSWORD}';
  create role cert_user login;
  create role cleartext_user login password '${PASSWORD}';
  create role trusted login;
  set password_encryption = md5;
  create role md5_user login password '${PASSWORD}';
`

export interface OwnSettings {
  /** Absent: no TLS. */
  readonly tls?: { readonly pair: KeyPair; readonly certificates: Certificates }
  /**
   * A standby that waits for a primary for ever: `hot` takes sessions that only read, `cold` reports
   * everyone that it cannot take connections now (57P03). Neither has the roles.
   */
  readonly standby?: 'hot' | 'cold'
}

/** Starts a server with settings of its own. The caller stops it. */
export async function startOwnServer(
  image: string,
  { tls, standby }: OwnSettings = {},
): Promise<OwnServer> {
  const { GenericContainer, Wait } = await containers()
  const settings = ['fsync=off', 'hba_file=/own/pg_hba.conf']
  const files = [{ target: '/own/pg_hba.conf', content: HBA, mode: 0o644 }]
  const before: string[] = []
  if (tls !== undefined) {
    const paths = { cert: tls.pair.cert, key: tls.pair.key, ca: tls.certificates.ca }
    for (const [name, path] of Object.entries(paths)) {
      files.push({ target: `/own/${name}.pem`, content: await pem(path), mode: 0o644 })
    }
    settings.push('ssl=on', 'ssl_cert_file=/own/cert.pem', 'ssl_ca_file=/own/ca.pem')
    settings.push('ssl_key_file=/tmp/key.pem')
    // PostgreSQL takes a key of its own user only, which a copied file cannot belong to.
    before.push('install -o postgres -m 600 /own/key.pem /tmp/key.pem')
  }
  if (standby !== undefined) {
    settings.push(`hot_standby=${standby === 'hot' ? 'on' : 'off'}`)
    // Asking for a setting has the image make the cluster and end.
    before.push('docker-entrypoint.sh postgres -C port', 'touch "$PGDATA/standby.signal"')
  }
  const options = settings.map((setting) => `-c ${setting}`).join(' ')
  const script = [...before, `exec docker-entrypoint.sh postgres ${options}`].join(' && ')
  const container = await new GenericContainer(image)
    .withEnvironment({ POSTGRES_PASSWORD: PASSWORD, PGDATA: `${MEMORY}/data` })
    .withTmpFs({ [MEMORY]: 'rw,mode=1777' })
    .withCopyContentToContainer(files)
    .withCommand(['bash', '-c', script])
    .withExposedPorts(5432)
    // No health check: each would start processes in the container as long as the tests run.
    .withWaitStrategy(Wait.forSuccessfulCommand('true'))
    .withStartupTimeout(120_000)
    .start()
  const inside = async (...words: string[]) => {
    const { exitCode, output } = await container.exec(words)
    if (exitCode !== 0) throw new Error(output)
  }
  const sql = (text: string) =>
    inside('psql', '-U', 'postgres', '-q', '-v', 'ON_ERROR_STOP=1', '-c', text)
  const stop = async () => {
    await container.stop({ timeout: 0 })
  }
  try {
    await inside('timeout', '120', 'bash', '-c', `until ${isUp(standby)}; do sleep 0.05; done`)
    if (standby === undefined) await sql(ROLES)
  } catch (error) {
    await stop()
    throw error
  }
  return { port: container.getMappedPort(5432), password: PASSWORD, sql, stop }
}

/** A cold standby is as far up as it gets when it turns callers away (pg_isready's 1). */
function isUp(standby: OwnSettings['standby']): string {
  const ask = 'pg_isready --quiet --host 127.0.0.1 --username postgres'
  return standby === 'cold' ? `${ask}; [ $? -eq 1 ]` : ask
}
