import { readFileSync } from 'node:fs'
import { cp, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest'
import { buildPythonImage, PYTHON_IMAGE } from '../support/alembic/python-image.ts'
import { queryRows } from '../support/database/query.ts'
import { withCompose } from '../support/docker/compose.ts'
import { docker, dockerOutput } from '../support/docker/docker.ts'
import { ROOT, uniqueName, useImage } from '../support/docker/image.ts'
import { withServerNetwork } from '../support/docker/server-network.ts'
import { readManifests } from '../support/kubernetes/manifests.ts'
import { loadImage, removeImage, withPods } from '../support/kubernetes/podman.ts'
import { podsOf } from '../support/kubernetes/pods.ts'
import { sized } from '../support/run/long.ts'
import { servers, withDatabase } from '../support/servers/servers.ts'

const image = useImage()
const api = uniqueName()

/** The context of the build: by path in the repository, where it goes. */
const COPIED = {
  'examples/adopt/alembic': '.',
  'deploy/fly/main.py': 'main.py',
  'deploy/migrator/Dockerfile': 'Dockerfile',
  'deploy/migrator/compose.yml': 'compose.yml',
}

/** Alembic is Debian's, where nothing is to be installed from the internet. */
async function build(): Promise<void> {
  await buildPythonImage()
  const folder = await mkdtemp(join(tmpdir(), 'pgate-migrator-'))
  try {
    for (const [from, to] of Object.entries(COPIED)) {
      await cp(join(ROOT, from), join(folder, to), { recursive: true })
    }
    const dockerfile = readFileSync(join(folder, 'Dockerfile'), 'utf8')
    const standIn = dockerfile
      .replace(/^FROM python:.*$/m, `FROM ${PYTHON_IMAGE}`)
      .replace(/^RUN pip .*\n/m, '')
    await writeFile(join(folder, 'Dockerfile'), standIn)
    const pgate = ['--build-arg', `PGATE_IMAGE=${image.tag}`]
    await dockerOutput(['build', '--quiet', ...pgate, '--tag', api, folder])
  } finally {
    await rm(folder, { recursive: true })
  }
}

beforeAll(build, 300_000)
afterAll(() => dockerOutput(['image', 'rm', '--force', api]))

const HEAD = [{ version_num: 'c27b90e4f530' }]
const rowsOf = (url: string) => queryRows(url, 'select version_num from alembic_version')

function setting(file: string, pattern: RegExp): string {
  const [, value] = pattern.exec(readFileSync(join(ROOT, file), 'utf8')) ?? []
  if (value === undefined) throw new Error(`${file} does not have ${pattern}`)
  return value
}

const { podman } = inject('environment')
const [first] = servers({ docker: true })
const oneServer = first === undefined ? [] : [first]

describe.each(oneServer)('the image of deploy/migrator, on $name,', (server) => {
  it('migrates with Alembic by the command of Railway, and not again by that of Fly', async () => {
    const railway = setting('deploy/railway/railway.toml', /^preDeployCommand = \["(.*)"\]$/m)
    const fly = setting('deploy/fly/fly.toml', /^release_command = "(.*)"$/m)
    await withServerNetwork(server, (network) =>
      withDatabase(server, async ({ url }) => {
        const env = ['--env', `DATABASE_URL=${network.urlInside(url)}`]
        const deploy = (command: string) =>
          docker(['run', '--rm', '--network', network.name, ...env, api, 'sh', '-c', command])
        const deployed = await deploy(railway)
        expect(deployed.stderr).toContain('alembic done, now at c27b90e4f530')
        expect(deployed.exitCode).toBe(0)
        expect(await rowsOf(url)).toEqual(HEAD)
        const again = await deploy(fly)
        expect(again.stderr).toContain('alembic not started: nothing has changed')
        expect(again.exitCode).toBe(0)
      }),
    )
  })
})

describe('deploy/migrator/compose.yml', () => {
  it('has pgate run Alembic, and then starts the API', async () => {
    const services = {
      postgres: { image: 'pgvector/pgvector:pg17' },
      pgate: { image: api },
      api: { image: api },
    }
    const source = { copied: COPIED, file: 'compose.yml', override: { services } }
    await withCompose(source, async (project) => {
      const env = { POSTGRES_PASSWORD: 'of-the-test' }
      const { exitCode, stderr } = await project.compose(['up', '--detach', '--wait'], env)
      const { stdout } = await project.compose(['logs', 'pgate'], env)
      expect(exitCode, `${stderr}${stdout}`).toBe(0)
      expect(stdout).toContain('alembic done, now at c27b90e4f530')
      expect((await fetch(project.apiUrl)).status).toBe(200)
      await project.compose(['down', '--volumes', '--timeout', '1'], env)
    })
  })
})

describe.each(podman === undefined ? [] : oneServer)(
  'deploy/kubernetes/migrator.yaml',
  (server) => {
    it('starts Alembic before the API, in one pod of two', async () => {
      const loaded = await loadImage(api)
      try {
        await withDatabase(server, async ({ url }) => {
          const manifests = await readManifests('deploy/kubernetes/migrator.yaml')
          const deployment = manifests.find(({ kind }) => kind === 'Deployment')
          if (deployment === undefined) throw new Error('there is no Deployment')
          const texts = { 'api-database': { migrator: url, application: url } }
          const all = podsOf(deployment, { image: loaded, apiImage: loaded, texts })
          const pods = all.slice(0, sized({ sample: 1, whole: 2 }))
          await withPods(pods, async ({ state, logs }) => {
            for (const { name } of pods) {
              const said = await logs(`${name}-pgate`)
              expect(await state(`${name}-api`), said).toMatchObject({ status: 'running' })
              expect(await logs(`${name}-api`)).toContain('the API has started')
            }
          })
          expect(await rowsOf(url)).toEqual(HEAD)
        })
      } finally {
        await removeImage(loaded)
      }
    })
  },
)
