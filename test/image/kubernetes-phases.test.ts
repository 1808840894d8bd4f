import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { queryRows } from '../support/database/query.ts'
import { dockerOutput } from '../support/docker/docker.ts'
import { uniqueName, useImage } from '../support/docker/image.ts'
import { readManifests } from '../support/kubernetes/manifests.ts'
import { loadImage, removeImage, withPods } from '../support/kubernetes/podman.ts'
import { type Pod, podsOf } from '../support/kubernetes/pods.ts'
import { servers, type TestServer } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'
import { countedBy, freeUrl, startLoad, ZERO_DOWNTIME } from '../support/zero-downtime/processes.ts'

const image = useImage()
const api = uniqueName()
let loaded = { image: '', apiImage: '' }

const { podman } = inject('environment')
const [first] = servers({ docker: true })
const oneServer = first === undefined || podman === undefined ? [] : [first]

if (oneServer.length > 0) {
  beforeAll(async () => {
    await dockerOutput(['build', '--quiet', '--tag', api, join(ZERO_DOWNTIME, 'api')])
    loaded = { image: await loadImage(image.tag), apiImage: await loadImage(api) }
  }, 240_000)
  afterAll(async () => {
    for (const name of Object.values(loaded)) await removeImage(name)
    await dockerOutput(['image', 'rm', '--force', api])
  })
}

/** The example's revisions, by the names of their files; of version 1 the first alone. */
function revisionsOf(version: '1' | '2'): Readonly<Record<string, string>> {
  const folder = join(ZERO_DOWNTIME, 'migrations')
  const names = readdirSync(folder).filter((name) => version === '2' || name.includes('_001_'))
  return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, name), 'utf8')]))
}

interface Given {
  readonly databaseUrl: string
  readonly version: '1' | '2'
  /** Where the API is to listen: all pods share this machine's network. */
  readonly url?: string
}

/** A pod of a file in deploy/kubernetes, with the example's API and its revisions in that version. */
async function podOf(file: string, { databaseUrl, version, url }: Given): Promise<Pod> {
  const [manifest] = await readManifests(`deploy/kubernetes/${file}`)
  if (manifest === undefined) throw new Error(`${file} has no manifest`)
  const texts = {
    'api-database': { migrator: databaseUrl, application: databaseUrl },
    'api-migrations-1-4-0': revisionsOf(version),
  }
  const PORT = url === undefined ? '' : new URL(url).port
  const env = { PGATE_EXTENSIONS: '' }
  const surroundings = { ...loaded, texts, env, api: { API_VERSION: version, PORT } }
  const [pod] = podsOf(manifest, surroundings)
  if (pod === undefined) throw new Error(`${file} makes no pod`)
  return pod
}

describe.each(oneServer)(
  'a roll-out in two phases, played by Podman, on $name',
  (server: TestServer) => {
    const it = testOn(server)

    it('expands in the init container, contracts in the Job, and no request fails', async ({
      database: { url: databaseUrl },
    }) => {
      const [url1, url2] = [await freeUrl(), await freeUrl()]
      const old = await podOf('expand.yaml', { databaseUrl, version: '1', url: url1 })
      const next = await podOf('expand.yaml', { databaseUrl, version: '2', url: url2 })
      const job = await podOf('contract.yaml', { databaseUrl, version: '2' })
      const load = startLoad([url1, url2])
      try {
        await withPods([old], async ({ stop }) => {
          await load.goesOn(1)
          await withPods([next], async ({ logs }) => {
            await expect.poll(() => logs(`${next.name}-api`)).toContain('version 2 listens')
            expect(await versions(databaseUrl)).toBe('003')
            await load.goesOn(2)
            await stop(old.name)
            await withPods([job], async ({ state, logs: logsOfJob }) => {
              const ended = () => state(`${job.name}-pgate`)
              await expect.poll(ended, POLL).toMatchObject({ status: 'exited' })
              expect(await ended(), await logsOfJob(`${job.name}-pgate`)).toMatchObject({
                exitCode: 0,
              })
            })
            expect(await versions(databaseUrl)).toBe('004')
            await load.goesOn(1)
            const counted = countedBy(await load.stop())
            expect(counted, counted.said).toMatchObject({ exitCode: 0, failures: 0 })
            expect(Math.min(...Object.values(counted.answers)), counted.said).toBeGreaterThan(20)
          })
        })
      } finally {
        await load.stop()
      }
    })
  },
)

async function versions(url: string): Promise<string> {
  const rows = await queryRows<{ version_num: string }>(
    url,
    'select version_num from alembic_version',
  )
  return rows.map((row) => row.version_num).join(' ')
}

const POLL = { timeout: 30_000, interval: 200 }
