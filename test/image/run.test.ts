import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { queryRows } from '../support/database/query.ts'
import { docker, dockerOutput, lastLine } from '../support/docker/docker.ts'
import { NODE_IN_PLACE, uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { anyServer, servers, type TestServer, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

/** As strict as a platform may be. */
const HARDENED = [
  ...['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'],
  ...['--user', '65532'],
]

interface Place {
  /** Of the empty database, for this machine. */
  readonly url: string
  /** Of the same database, for a container. */
  readonly urlInside: string
  readonly network: readonly string[]
}

/** An empty database, and a network on which nothing but its server can be reached. */
function withPlace<T>(server: TestServer, use: (place: Place) => Promise<T>): Promise<T> {
  return withServerNetwork(server, (network) =>
    withDatabase(server, ({ url }) =>
      use({ url, urlInside: network.urlInside(url), network: ['--network', network.name] }),
    ),
  )
}

/** Lends a file of one mode, as a platform mounts one. */
async function withFile<T>(
  { text, mode }: { readonly text: string; readonly mode: number },
  use: (path: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-image-'))
  try {
    const path = join(folder, 'file')
    await writeFile(path, text)
    await chmod(path, mode)
    return await use(path)
  } finally {
    await rm(folder, { recursive: true })
  }
}

const RUNS = `select revision, count(*)::int as runs from pgate_journal
               where action <> 'verify' group by revision order by revision`
const EACH_ONCE = [
  { revision: '4f1c2a7be903', runs: 1 },
  { revision: 'b83d5e0f6c21', runs: 1 },
]

describe('a container as strict as a platform may be', () => {
  it('has no capability, no way to a new one and nothing to write to', async () => {
    const reported = `JSON.stringify([
      /^CapEff:\\s*(\\w+)$/m, /^CapBnd:\\s*(\\w+)$/m, /^NoNewPrivs:\\s*(\\w+)$/m
    ].map((field) => field.exec(fs.readFileSync('/proc/self/status', 'utf8'))[1]))`
    const tried = `['/x', '/pgate/x', '/tmp/x', '/migrations/x'].map((path) => {
      try { fs.writeFileSync(path, ''); return path } catch ({ code }) { return code }
    }).join()`
    const entry = [...HARDENED, ...NODE_IN_PLACE]
    const status = await image.run(entry, ['--print', reported])
    expect(JSON.parse(status.stdout)).toEqual(['0000000000000000', '0000000000000000', '1'])
    const writes = await image.run(entry, ['--print', tried])
    expect(writes.stdout.trim()).toBe('EROFS,EROFS,EROFS,EROFS')
  })
})

describe.each(anyServer({ docker: true, vector: true }))('the image on $name', (server) => {
  it('opens the gate with no right, nothing to write to and no network but PostgreSQL', async () => {
    await withPlace(server, async ({ url, urlInside, network }) => {
      const env = ['--env', `DATABASE_URL=${urlInside}`]
      const { exitCode, stdout } = await image.run([...HARDENED, ...network, ...env])
      expect(lastLine(stdout)).toMatch(/^gate open \(exit 0\)/)
      expect(exitCode).toBe(0)
      expect(await queryRows(url, RUNS)).toEqual(EACH_ONCE)
    })
  })

  it('opens the gate for another user, with the URL in a mounted secret', async () => {
    await withPlace(server, async ({ urlInside, network }) => {
      await withFile({ text: `${urlInside}\n`, mode: 0o644 }, async (secret) => {
        const { exitCode } = await image.run([
          ...HARDENED,
          ...network,
          ...['--user', '12345:12345', '--volume', `${secret}:/run/secrets/url:ro`],
          ...['--env', 'DATABASE_URL_FILE=/run/secrets/url'],
        ])
        expect(exitCode).toBe(0)
      })
    })
  })

  it('runs each revision once where twenty containers start at once', async () => {
    await withPlace(server, async ({ url, urlInside, network }) => {
      const options = [...HARDENED, ...network, '--env', `DATABASE_URL=${urlInside}`]
      const gates = await Promise.all(Array.from({ length: 20 }, () => image.run(options)))
      expect(gates.filter(({ exitCode }) => exitCode !== 0)).toEqual([])
      expect(await queryRows(url, RUNS)).toEqual(EACH_ONCE)
    })
  })
})

// What is reported does not depend on the server: one is enough.
const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)('what the image reports, on $name,', (server) => {
  it.each([
    ['open', '', 0],
    ['shut', 'wrong', 31],
  ])(
    'of a gate that is %s is the verdict in /dev/termination-log, without secrets',
    async (verdict, wrong, code) => {
      await withPlace(server, async ({ urlInside, network }) => {
        const url = new URL(urlInside)
        url.password = `${decodeURIComponent(url.password)}${wrong}`
        await withFile({ text: '', mode: 0o666 }, async (log) => {
          const { exitCode, stdout, stderr } = await image.run([
            ...HARDENED,
            ...network,
            ...['--volume', `${log}:/dev/termination-log`],
            ...['--env', `DATABASE_URL=${url.href}`],
            ...['--env', 'PGATE_AUTH_GRACE=0', '--env', 'PGATE_LOG_LEVEL=debug'],
          ])
          expect(exitCode).toBe(code)
          const message = await readFile(log, 'utf8')
          expect(Buffer.byteLength(message)).toBeLessThanOrEqual(4096)
          expect(JSON.parse(message)).toMatchObject({ command: 'gate', verdict, exitCode: code })
          for (const text of [message, stdout, stderr]) {
            expect(text).not.toContain(decodeURIComponent(url.password))
            expect(text).not.toContain(url.password)
            expect(text).not.toMatch(/postgres(ql)?(\+\w+)?:\/\//)
          }
        })
      })
    },
  )

  it.each([
    ['SIGTERM', 143],
    ['SIGINT', 130],
  ])(
    'of a %s during its wait, as the first process of a container, is %d at once',
    async (signal, code) => {
      await withPlace(server, async ({ network }) => {
        const name = uniqueName()
        const env = ['--env', 'DATABASE_URL=postgres://mai@postgres:1/mai']
        const options = [...HARDENED, ...network, ...env, '--env', 'PGATE_WAIT_TIMEOUT=10m']
        await dockerOutput(['run', '--detach', '--name', name, ...options, image.tag])
        try {
          await untilLogged(name, 'nothing listening')
          // Would the signal be ignored, `stop` killed it after its time, with 137.
          const end = signal === 'SIGTERM' ? ['stop', '--time', '20'] : ['kill', '--signal', signal]
          await dockerOutput([...end, name])
          expect(await dockerOutput(['wait', name])).toBe(String(code))
          const { stdout } = await docker(['logs', name])
          expect(lastLine(stdout)).toContain(`gate shut (exit ${code}, INTERRUPTED_${signal})`)
        } finally {
          await dockerOutput(['rm', '--force', '--volumes', name])
        }
      })
    },
  )
})

async function untilLogged(container: string, words: string): Promise<void> {
  for (let tries = 0; tries < 150; tries += 1) {
    const { stdout, stderr } = await docker(['logs', container])
    if (`${stdout}${stderr}`.includes(words)) return
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
  throw new Error(`${container} did not say: ${words}`)
}
