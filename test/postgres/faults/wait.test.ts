import { Client } from 'pg'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { type RunningPgate, runPgate, startPgate } from '../../support/cli/cli.ts'
import { queryRows } from '../../support/database/query.ts'
import { checkFault, type Struck } from '../../support/faults/check-fault.ts'
import { strikeFromStart, timed, withStory } from '../../support/faults/story.ts'
import { WAIT_FAULTS } from '../../support/faults/wait-faults.ts'
import { forwardTo, withListener } from '../../support/network/network.ts'
import { type Certificates, makeCertificates, pem } from '../../support/servers/certificates.ts'
import {
  type SteeredServer,
  startSteeredServer,
  steeredImages,
} from '../../support/servers/steered-server.ts'

const { recovery, tooManyConnections, expiredCertificate, otherName } = WAIT_FAULTS
const TIMEOUT = 90_000

describe.each(steeredImages())('a gate before a server (%s)', () => {
  let server: SteeredServer & { remove(): Promise<void> }

  beforeAll(async () => {
    server = await startSteeredServer()
  }, TIMEOUT)
  afterAll(() => server?.remove())

  it(
    `opens once it may: ${tooManyConnections.what}`,
    async () => {
      await start({ max_connections: '6', superuser_reserved_connections: '0' })
      await withUrl(async (url) => {
        const clients = Array.from({ length: 6 }, () => new Client({ connectionString: url }))
        const strike = async (gate: RunningPgate) => {
          await gate.says(/too many connections/)
          await Promise.all(clients.map((client) => client.end()))
        }
        await Promise.all(clients.map((client) => client.connect()))
        await sitsOut(tooManyConnections, url, strike)
      })
      await server.stop()
    },
    TIMEOUT,
  )

  it(
    `opens once it may: ${recovery.what}`,
    async () => {
      await start()
      await withUrl(async (url) => {
        await server.shell(
          'pg_basebackup -h 127.0.0.1 -U postgres -D $PGDATA.copy -R -c fast --no-sync',
        )
        await server.stop('immediate')
        await server.shell('mv $PGDATA $PGDATA.primary && mv $PGDATA.copy $PGDATA')
        await server.start()
        await sitsOut(recovery, url, async (gate) => {
          await gate.says(/in recovery/)
          await server.promote()
        })
      })
      await server.stop()
    },
    TIMEOUT,
  )

  describe('whose certificate does not do', () => {
    let certificates: Certificates & { remove(): Promise<void> }
    beforeAll(async () => {
      certificates = await makeCertificates()
    })
    afterAll(() => certificates?.remove())

    it.each([
      { fault: expiredCertificate, first: 'expired', host: 'localhost' },
      { fault: otherName, first: 'server', host: '127.0.0.1' },
    ] as const)(
      'stays shut: $fault.what',
      async ({ fault, first, host }) => {
        await present(first)
        await start({ ssl: 'on', ssl_cert_file: '/tmp/cert.pem', ssl_key_file: '/tmp/key.pem' })
        await withUrl((direct) =>
          withListener(forwardTo(direct), async ({ port }) => {
            const at = (name: string) => {
              const url = new URL(direct)
              url.host = `${name}:${port}`
              return `${url.href}?sslmode=verify-full&sslrootcert=${certificates.ca}`
            }
            await withStory('runs', async ({ env }) => {
              const run = { ...env, PGATE_AUTH_GRACE: '1s' }
              await checkFault(fault, {
                url: () => direct,
                strike: () => strikeFromStart({ ...run, DATABASE_URL: at(host) }),
                heal: async () => {
                  await present('server')
                  await server.shell('pg_ctl reload')
                },
                again: () => runPgate([], { env: { ...run, DATABASE_URL: at('localhost') } }),
              })
            })
          }),
        )
        await server.stop()
      },
      TIMEOUT,
    )

    /** What the server shows from its next start, or reload, on. */
    async function present(name: 'expired' | 'server'): Promise<void> {
      const { cert, key } = certificates[name]
      const write = async (path: string, to: string) => `cat > ${to} <<'E'\n${await pem(path)}\nE\n`
      const keep = 'rm -f /tmp/key.pem; umask 077'
      const script = [keep, await write(cert, '/tmp/cert.pem'), await write(key, '/tmp/key.pem')]
      await server.shell(script.join('\n'))
    }
  })

  async function start(settings: Readonly<Record<string, string>> = {}): Promise<void> {
    await server.start(settings)
    await runPgate(['wait'], { env: { DATABASE_URL: server.url } })
  }

  /** Of an empty database of the running server. */
  async function withUrl(use: (url: string) => Promise<void>): Promise<void> {
    const url = new URL(server.url)
    url.pathname = `wait_${performance.now().toFixed(0)}`
    await queryRows(server.url, `create database ${url.pathname.slice(1)}`)
    await use(url.href)
  }

  async function sitsOut(
    fault: typeof recovery | typeof tooManyConnections,
    url: string,
    end: (gate: RunningPgate) => Promise<void>,
  ): Promise<void> {
    await withStory('runs', async ({ env }) => {
      const full = { ...env, DATABASE_URL: url }
      const strike = async (): Promise<Struck> => {
        const gate = startPgate([], { env: full })
        await end(gate)
        return timed(performance.now(), await gate.ended)
      }
      await checkFault(fault, { url: () => url, strike, again: () => runPgate([], { env: full }) })
    })
  }
})
