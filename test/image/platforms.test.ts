import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { docker, dockerOutput, lastLine } from '../support/docker/docker.ts'
import { NODE_IN_PLACE, ROOT, uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

interface Platform {
  readonly name: string
  /** The context of the build: by path in the repository, where it goes. */
  readonly copied: Readonly<Record<string, string>>
  /** The command that the platform runs before a deploy, from its own file. */
  readonly command: string
}

const RAILWAY: Platform = {
  name: 'railway',
  copied: {
    'examples/api': '.',
    'deploy/railway/Dockerfile': 'Dockerfile',
    migrations: 'migrations',
  },
  command: setting('deploy/railway/railway.toml', /^preDeployCommand = \["(.*)"\]$/m),
}

const FLY: Platform = {
  name: 'fly',
  copied: {
    'deploy/fly/main.py': 'main.py',
    'deploy/fly/Dockerfile': 'Dockerfile',
    migrations: 'migrations',
  },
  command: setting('deploy/fly/fly.toml', /^release_command = "(.*)"$/m),
}

function setting(file: string, pattern: RegExp): string {
  const [, value] = pattern.exec(readFileSync(join(ROOT, file), 'utf8')) ?? []
  if (value === undefined) throw new Error(`${file} does not have ${pattern}`)
  return value
}

const PYTHON = 'python:3.13-slim'
/** Debian's own Python, where the image that the Dockerfile names is not on this machine. */
const PYTHON_STAND_IN = `FROM debian:trixie-slim
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends python3 >/dev/null
`

const python = uniqueName()
const builds = { railway: uniqueName(), fly: uniqueName() }

async function build(tag: string, { copied }: Platform): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-platform-'))
  try {
    for (const [from, to] of Object.entries(copied)) {
      await cp(join(ROOT, from), join(folder, to), { recursive: true })
    }
    const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8')
    await writeFile(
      join(folder, 'Dockerfile'),
      dockerfile.replace(`FROM ${PYTHON}`, `FROM ${python}`),
    )
    const pgate = ['--build-arg', `PGATE_IMAGE=${image.tag}`]
    await dockerOutput(['build', '--quiet', ...pgate, '--tag', tag, folder])
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function providePython(): Promise<void> {
  const { exitCode } = await docker(['image', 'inspect', PYTHON])
  if (exitCode === 0) await dockerOutput(['tag', PYTHON, python])
  else await dockerOutput(['build', '--quiet', '--tag', python, '-'], { input: PYTHON_STAND_IN })
}

beforeAll(async () => {
  await providePython()
  await Promise.all([build(builds.railway, RAILWAY), build(builds.fly, FLY)])
}, 300_000)
afterAll(() => dockerOutput(['image', 'rm', '--force', python, builds.railway, builds.fly]))

const PLATFORMS = [
  { ...RAILWAY, tag: builds.railway },
  { ...FLY, tag: builds.fly },
]

interface Place {
  readonly url: string
  readonly network: readonly string[]
}

function withPlace<T>(server: TestServer, use: (place: Place) => Promise<T>): Promise<T> {
  return withServerNetwork(server, (network) =>
    withDatabase(server, ({ url }) =>
      use({ url: network.urlInside(url), network: ['--network', network.name] }),
    ),
  )
}

const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined ? [] : [first]
const CASES = oneServer.flatMap((server) => PLATFORMS.map((platform) => ({ ...platform, server })))

describe.each(CASES)('the image of deploy/$name', ({ server, tag, command }) => {
  it('opens the gate by the command before a deploy', async () => {
    await withPlace(server, async ({ url, network }) => {
      const options = ['--rm', ...network, '--env', `DATABASE_URL=${url}`]
      const { exitCode, stdout } = await docker(['run', ...options, tag, 'sh', '-c', command])
      expect(lastLine(stdout)).toMatch(/^gate open \(exit 0\)/)
      expect(exitCode).toBe(0)
    })
  })

  it('hands the exit code of a shut gate on to the platform', async () => {
    await withPlace(server, async ({ url, network }) => {
      const wrong = new URL(url)
      wrong.password = 'wrong'
      const env = ['--env', `DATABASE_URL=${wrong.href}`, '--env', 'PGATE_AUTH_GRACE=0']
      const { exitCode } = await docker([
        'run',
        '--rm',
        ...network,
        ...env,
        tag,
        'sh',
        '-c',
        command,
      ])
      expect(exitCode).toBe(31)
    })
  })

  it('ends with 130 at once by the SIGINT of a platform', async () => {
    const env = ['--env', 'DATABASE_URL=postgres://app@127.0.0.1:1/app']
    const options = ['--network', 'none', ...env, '--env', 'PGATE_WAIT_TIMEOUT=10m']
    await withContainer([...options, tag, ...command.split(' ')], async (name) => {
      await untilLogged(name, 'nothing listening')
      await dockerOutput(['kill', '--signal', 'SIGINT', name])
      expect(await dockerOutput(['wait', name])).toBe('130')
    })
  })

  it('starts the API by its own command, at the port of the platform, and stops it by SIGINT', async () => {
    await withContainer(['--network', 'none', '--env', 'PORT=8123', tag], async (name) => {
      await untilLogged(name, 'listens on port 8123')
      await dockerOutput(['kill', '--signal', 'SIGINT', name])
      expect(await dockerOutput(['wait', name])).toBe('0')
    })
  })
})

describe.each(oneServer)('a private network that is IPv6 alone, before $name,', (server) => {
  it.each(['[::1]', 'postgres.railway.internal'])('is gone through to %s', async (host) => {
    await withPlace(server, async ({ url, network }) => {
      const only6 = new URL(url)
      only6.host = `${host}:5432`
      const { exitCode, stdout } = await docker([
        ...['run', '--rm', ...network, '--add-host', 'postgres.railway.internal:::1'],
        ...['--sysctl', 'net.ipv6.conf.all.disable_ipv6=0'],
        ...['--sysctl', 'net.ipv6.conf.lo.disable_ipv6=0'],
        ...['--env', `DATABASE_URL=${only6.href}`, ...NODE_IN_PLACE],
        ...[image.tag, '--eval', BEHIND_IPV6],
      ])
      expect(lastLine(stdout)).toMatch(/^gate open \(exit 0\)/)
      expect(exitCode).toBe(0)
    })
  })
})

/** The gate, and on ::1 alone a way on to the server, which has no such address itself. */
const BEHIND_IPV6 = `
const { connect, createServer } = require('node:net')
const { spawn } = require('node:child_process')
createServer((socket) => {
  const behind = connect(5432, 'postgres')
  socket.on('error', () => behind.destroy())
  behind.on('error', () => socket.destroy())
  socket.pipe(behind).pipe(socket)
}).listen({ host: '::1', port: 5432, ipv6Only: true }, () => {
  const gate = spawn('/pgate/pgate', [], { stdio: 'inherit' })
  gate.on('exit', (code) => process.exit(code))
})`

/** Lends a container that runs; the arguments are those of `docker run`. */
async function withContainer(
  args: readonly string[],
  use: (name: string) => Promise<void>,
): Promise<void> {
  const name = uniqueName()
  await dockerOutput(['run', '--detach', '--name', name, ...args])
  try {
    await use(name)
  } finally {
    await dockerOutput(['rm', '--force', '--volumes', name])
  }
}

async function untilLogged(container: string, words: string): Promise<void> {
  await expect
    .poll(
      async () => {
        const { stdout, stderr } = await docker(['logs', container])
        return `${stdout}${stderr}`
      },
      { timeout: 30_000, interval: 200 },
    )
    .toContain(words)
}
