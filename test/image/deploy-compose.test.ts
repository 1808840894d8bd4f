import { describe, expect, it } from 'vitest'
import { queryRows } from '../support/database/query.ts'
import { type ComposeProject, samePlaces, withCompose } from '../support/docker/compose.ts'
import { useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { share } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const image = useImage()

/** The compose file with the gate's image as it was built once, and other services changed. */
function prebuilt(more: object = {}): object {
  return { services: { pgate: { image: image.tag } }, ...more }
}

/** Brings all up, and expects the gate to have opened and the API to answer its health check. */
async function expectUp(
  project: ComposeProject,
  env: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { exitCode, stderr } = await project.compose(['up', '--detach', '--wait'], env)
  expect(exitCode, `${stderr}${await project.gateLogs()}`).toBe(0)
  const services = await project.services()
  const said = await project.gateLogs()
  expect(services.get('pgate'), said).toMatchObject({ State: 'exited', ExitCode: 0 })
  expect(services.get('api')).toMatchObject({ State: 'running' })
  expect(said).toContain('gate open (exit 0)')
}

async function expectTables(project: ComposeProject): Promise<void> {
  const { tables } = JSON.parse(await (await fetch(project.apiUrl)).text())
  expect(tables).toEqual(expect.arrayContaining(['alembic_version', 'conversations', 'users']))
}

const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)('deploy/compose/external.yml, with $name elsewhere,', (server) => {
  it.each([
    ['opens the gate and starts the API', '', 0, 'running'],
    ['keeps the API in state created where the password is wrong', 'wrong', 31, 'created'],
  ])('%s', async (_, wrong, exitCode, state) => {
    await withServerNetwork(server, (network) =>
      withDatabase(server, async ({ url }) => {
        const inside = new URL(network.urlInside(url))
        inside.password = `${decodeURIComponent(inside.password)}${wrong}`
        const networks = { default: { name: network.name, external: true } }
        const source = {
          copied: samePlaces('deploy/compose', 'migrations', 'examples/api'),
          texts: { 'deploy/compose/database_url': `${inside.href}\n` },
          file: 'deploy/compose/external.yml',
          override: prebuilt({ networks }),
        }
        await withCompose(source, async (project) => {
          await project.compose(['up', '--detach', '--wait'])
          const services = await project.services()
          const said = await project.gateLogs()
          expect(services.get('pgate'), said).toMatchObject({
            State: 'exited',
            ExitCode: exitCode,
          })
          expect(services.get('api')).toMatchObject({ State: state })
        })
      }),
    )
  })
})

describe.each(oneServer)('deploy/compose/phases.yml, with $name elsewhere,', (server) => {
  it('expands and starts the API, and contracts by a service of its own', async () => {
    await withServerNetwork(server, (network) =>
      withDatabase(server, async ({ url }) => {
        const source = {
          copied: samePlaces('deploy/compose', 'examples/zero-downtime'),
          texts: { 'deploy/compose/database_url': `${network.urlInside(url)}\n` },
          file: 'deploy/compose/phases.yml',
          override: {
            services: { pgate: { image: image.tag }, contract: { image: image.tag } },
            networks: { default: { name: network.name, external: true } },
          },
        }
        await withCompose(source, async (project) => {
          await expectUp(project)
          expect(await versionOf(url)).toBe('003')
          const { exitCode, stderr } = await project.compose(['run', '--rm', 'contract'])
          expect(exitCode, stderr).toBe(0)
          expect(await versionOf(url)).toBe('004')
        })
      }),
    )
  })
})

async function versionOf(url: string): Promise<unknown> {
  const [row] = await queryRows(url, 'select version_num from alembic_version')
  return row?.version_num
}

const DIRECT = 'postgresql://app:of-the-test@postgres:5432/app\n'
const POOLED = 'postgresql://app:of-the-test@pgbouncer:6432/app\n'

const GATES = [
  ['straight to PostgreSQL', DIRECT],
  ['through PgBouncer too', POOLED],
] as const

describe('deploy/compose/pgbouncer.yml', () => {
  it.each(share(GATES, { part: 0, of: 2 }))(
    'puts the API behind PgBouncer, with a gate that goes %s',
    async (_, gate) => {
      const source = {
        copied: samePlaces('deploy/compose', 'migrations', 'examples/api'),
        texts: {
          'deploy/compose/postgres_password': 'of-the-test',
          'deploy/compose/pgbouncer_users': '"app" "of-the-test"\n',
          'deploy/compose/gate_url': gate,
          'deploy/compose/pooled_url': POOLED,
        },
        file: 'deploy/compose/pgbouncer.yml',
        override: prebuilt(),
      }
      await withCompose(source, async (project) => {
        await expectUp(project)
        await expectTables(project)
      })
    },
  )
})

describe('deploy/compose/embedded.yml', () => {
  it('runs the gate and the API from one image', async () => {
    const source = {
      copied: {
        'examples/api': '.',
        'deploy/compose/embedded.yml': 'embedded.yml',
        'deploy/railway/Dockerfile': 'Dockerfile',
        migrations: 'migrations',
      },
      texts: { postgres_password: 'of-the-test', database_url: DIRECT },
      file: 'embedded.yml',
      override: {},
    }
    await withCompose(source, async (project) => {
      await expectUp(project, { PGATE_IMAGE: image.tag })
      await expectTables(project)
    })
  })
})
