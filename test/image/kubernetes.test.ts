import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, inject } from 'vitest'
import { shardOf } from '../../src/fleet/read-targets.ts'
import { MAI_MIGRATIONS, revisionText } from '../support/cli/revision-folder.ts'
import { queryRows } from '../support/database/query.ts'
import { freePort } from '../support/docker/compose.ts'
import { dockerOutput, lastLine } from '../support/docker/docker.ts'
import { uniqueName, useImage } from '../support/docker/image.ts'
import { type Manifest, readManifests } from '../support/kubernetes/manifests.ts'
import { loadImage, removeImage, withPods } from '../support/kubernetes/podman.ts'
import { type Pod, podsOf } from '../support/kubernetes/pods.ts'
import { share } from '../support/run/long.ts'
import { servers, type TestServer, withDatabase } from '../support/servers/servers.ts'
import { testOn } from '../support/servers/test-on.ts'

const image = useImage()
/** A name that nothing else has: it is removed afterwards, and the image itself is anybody's. */
const api = uniqueName()
let loaded = { image: '', apiImage: '' }

const { podman } = inject('environment')
const [first] = servers({ docker: true, vector: true })
const oneServer = first === undefined || podman === undefined ? [] : [first]

if (oneServer.length > 0) {
  beforeAll(async () => {
    await dockerOutput(['build', '--quiet', '--tag', api, '-'], {
      input: 'FROM debian:trixie-slim',
    })
    loaded = { image: await loadImage(image.tag), apiImage: await loadImage(api) }
  }, 120_000)
  afterAll(async () => {
    for (const name of Object.values(loaded)) await removeImage(name)
    await dockerOutput(['image', 'rm', '--force', api])
  })
}

/** The revisions as `kubectl create configmap --from-file` puts them into a ConfigMap. */
const MIGRATIONS = Object.fromEntries(
  readdirSync(MAI_MIGRATIONS).map((name) => [
    name,
    readFileSync(join(MAI_MIGRATIONS, name), 'utf8'),
  ]),
)

const BROKEN = revisionText({
  id: '0badc0ffee00',
  revises: 'b83d5e0f6c21',
  upgrade: 'ALTER TABLE nobody_made ADD COLUMN nickname text;',
})

interface Given {
  readonly urls: { readonly migrator: string; readonly reader?: string }
  /** The lines of the Secret of a fleet. */
  readonly targets?: readonly string[]
  readonly migrations?: Readonly<Record<string, string>>
  readonly env?: Readonly<Record<string, string>>
}

/** The pods of one object of a file in deploy/kubernetes. */
async function podsIn(file: string, kind: Manifest['kind'], given: Given): Promise<readonly Pod[]> {
  const manifests = await readManifests(`deploy/kubernetes/${file}`)
  const manifest = manifests.find((one) => one.kind === kind)
  if (manifest === undefined) throw new Error(`${file} has no ${kind}`)
  const { migrator, reader = '' } = given.urls
  const texts = {
    'api-database': { migrator, reader, application: migrator },
    'api-migrations': given.migrations ?? MIGRATIONS,
    'api-fleet': { targets: given.targets?.join('\n') ?? '' },
  }
  return podsOf(manifest, { ...loaded, texts, env: given.env ?? {} })
}

const RUNS = `select revision, count(*)::int as runs from pgate_journal
               where action <> 'verify' group by revision order by revision`
const EACH_ONCE = [
  { revision: '4f1c2a7be903', runs: 1 },
  { revision: 'b83d5e0f6c21', runs: 1 },
]

/** Lends the URL of a role that may read what docs/security.md gives to one that only reads. */
async function withReader<T>(url: string, use: (reader: string) => Promise<T>): Promise<T> {
  const role = `t_reader_${randomBytes(4).toString('hex')}`
  await queryRows(url, `create role ${role} login password 'reads only'`)
  try {
    await queryRows(
      url,
      `alter default privileges in schema public grant select on tables to ${role}`,
    )
    const reader = new URL(url)
    reader.username = role
    reader.password = 'reads only'
    return await use(reader.href)
  } finally {
    await queryRows(url, `drop owned by ${role}`)
    await queryRows(url, `drop role ${role}`)
  }
}

const WRONG = [
  ['31', 'a wrong password', { password: 'wrong' }],
  ['53', 'a broken revision', { migrations: { '20260101_0000_broken.sql': BROKEN } }],
] as const

describe.each(oneServer)(
  'the manifests of Kubernetes, played by Podman, on $name,',
  (server: TestServer) => {
    const it = testOn(server)

    it('shape a: both pods open, each revision runs once, and both APIs start', async ({
      database: { url },
    }) => {
      const pods = await podsIn('init-container.yaml', 'Deployment', { urls: { migrator: url } })
      expect(pods).toHaveLength(2)
      await withPods(pods, async ({ state, logs }) => {
        for (const { name } of pods) {
          expect(await state(`${name}-api`)).toMatchObject({ status: 'running' })
          expect(await logs(`${name}-api`)).toContain('the API has started')
        }
      })
      expect(await queryRows(url, RUNS)).toEqual(EACH_ONCE)
    })

    it.each(share(WRONG, { part: 1, of: 2 }))(
      'shape a: exit code %s of %s keeps the API in state Created',
      async (code, _, wrong) => {
        await withDatabase(server, async ({ url }) => {
          const migrator = new URL(url)
          if ('password' in wrong) migrator.password = wrong.password ?? ''
          const [pod, ...more] = await podsIn('init-container.yaml', 'Deployment', {
            urls: { migrator: migrator.href },
            migrations: { ...MIGRATIONS, ...('migrations' in wrong ? wrong.migrations : {}) },
            env: { PGATE_AUTH_GRACE: '0' },
          })
          if (pod === undefined) throw new Error(`no pod before ${more.length} others`)
          await withPods([pod], async ({ state, logs }) => {
            expect(await state(`${pod.name}-pgate`)).toEqual({
              status: 'exited',
              exitCode: Number(code),
            })
            expect(await state(`${pod.name}-api`)).toMatchObject({ status: 'created' })
            expect(await logs(`${pod.name}-pgate`)).toContain(`gate shut (exit ${code}`)
          })
        })
      },
    )

    it('shape b: the Job migrates, the pods wait for it as a role that only reads', async ({
      database: { url },
    }) => {
      await withReader(url, async (reader) => {
        const given = { urls: { migrator: url, reader } }
        const [job] = await podsIn('job.yaml', 'Job', given)
        const pods = await podsIn('job.yaml', 'Deployment', given)
        if (job === undefined) throw new Error('the Job makes no pod')
        await withPods([...pods, job], async ({ state, logs }) => {
          await expect
            .poll(() => state(`${job.name}-pgate`), POLL)
            .toEqual({ status: 'exited', exitCode: 0 })
          expect(await logs(`${job.name}-pgate`)).toContain('gate open (exit 0)')
          // A pod that waits looks again every so often.
          for (const { name } of pods) {
            await expect.poll(() => state(`${name}-api`), POLL).toMatchObject({ status: 'running' })
          }
        })
        expect(await queryRows(url, RUNS)).toEqual(EACH_ONCE)
      })
    })

    it('shape b: where no Job migrates, the pods give up with 30 and no API starts', async ({
      database: { url },
    }) => {
      await withReader(url, async (reader) => {
        const given = { urls: { migrator: url, reader }, env: { PGATE_WAIT_TIMEOUT: '2s' } }
        const [pod] = await podsIn('job.yaml', 'Deployment', given)
        if (pod === undefined) throw new Error('the Deployment makes no pod')
        await withPods([pod], async ({ state }) => {
          expect(await state(`${pod.name}-pgate`)).toEqual({ status: 'exited', exitCode: 30 })
          expect(await state(`${pod.name}-api`)).toMatchObject({ status: 'created' })
        })
      })
    })

    it('shape c: the sidecar opens, answers the probes, and stays next to the API', async ({
      database: { url },
    }) => {
      const port = await freePort()
      const env = { PGATE_LISTEN: `0.0.0.0:${port}` }
      const [pod] = await podsIn('sidecar.yaml', 'Deployment', { urls: { migrator: url }, env })
      if (pod === undefined) throw new Error('the Deployment makes no pod')
      await withPods([pod], async ({ state, logs }) => {
        const status = (path: string) =>
          fetch(`http://127.0.0.1:${port}${path}`).then(
            (answer) => answer.status,
            () => 0,
          )
        await expect.poll(() => status('/startupz'), POLL).toBe(200)
        expect(await status('/healthz')).toBe(200)
        expect(await status('/metrics')).toBe(200)
        expect(await state(`${pod.name}-pgate`)).toMatchObject({ status: 'running' })
        expect(lastLine(await logs(`${pod.name}-api`))).toBe('the API has started')
      })
      expect(await queryRows(url, RUNS)).toEqual(EACH_ONCE)
    })

    it('a fleet: each pod of the Indexed Job opens its shard, and fails alone with its code', async ({
      database: { url },
    }) => {
      const gone = new URL(url)
      gone.pathname = '/nobody_made_it'
      const shards = [['vehement'], ['acme', 'globex', 'hooli'], ['initech'], []]
      for (const [shard, names] of shards.entries()) {
        expect(names.map((name) => shardOf(name, 4))).toEqual(names.map(() => shard))
      }
      // The canary of its shard: what is behind it is not begun, and the other shards are.
      const targets = shards.flat().map((name) => {
        return `${name} ${name === 'acme' ? gone.href : url} ${name}`
      })
      const migrations = { '001.sql': revisionText({ id: '001', upgrade: 'create table t ();' }) }
      const env = { PGATE_AUTH_GRACE: '0', PGATE_EXTENSIONS: '' }
      const given = { urls: { migrator: url }, targets, migrations, env }
      const pods = await podsIn('fleet.yaml', 'Job', given)
      await withPods(pods, async ({ state, logs }) => {
        const gates = pods.map(({ name }) => `${name}-pgate`)
        for (const [shard, exitCode] of [0, 31, 0, 0].entries()) {
          await expect
            .poll(() => state(gates[shard] ?? ''), POLL)
            .toEqual({ status: 'exited', exitCode })
        }
        expect(await logs(gates[1] ?? '')).toContain('2 not begun')
      })
      const made = "select schemaname as name from pg_tables where tablename = 't' order by 1"
      expect(await queryRows(url, made)).toEqual([{ name: 'initech' }, { name: 'vehement' }])
    })
  },
)

const POLL = { timeout: 30_000, interval: 200 }
