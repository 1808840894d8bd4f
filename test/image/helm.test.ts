import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { docker, dockerOutput } from '../support/docker/docker.ts'
import { ROOT, uniqueName } from '../support/docker/image.ts'
import {
  type Container,
  containersOf,
  type Manifest,
  parseManifests,
  readManifests,
  unknownFields,
} from '../support/kubernetes/manifests.ts'

/** Of Go's templates and Helm's own libraries; what it does is in test/support/kubernetes/helm-render. */
const renderer = uniqueName()

beforeAll(
  () =>
    dockerOutput([
      'build',
      '--quiet',
      '--tag',
      renderer,
      join(ROOT, 'test/support/kubernetes/helm-render'),
    ]),
  300_000,
)
afterAll(() => dockerOutput(['image', 'rm', '--force', renderer]))

/** Renders the chart that depends on the library; `pgate` are values of the library. */
function render(pgate: object) {
  const charts = ['--volume', `${join(ROOT, 'deploy/helm')}:/charts:ro`]
  const args = ['run', '--rm', '--interactive', '--network', 'none', ...charts, renderer]
  return docker([...args, '/charts/example-api'], { input: JSON.stringify({ pgate }) })
}

async function rendered(pgate: object): Promise<readonly Manifest[]> {
  const { exitCode, stdout, stderr } = await render(pgate)
  expect(exitCode, stderr).toBe(0)
  return parseManifests(stdout)
}

/** The gate of the object of that kind, without what only the chart can set. */
function gateOf(manifests: readonly Manifest[], kind: Manifest['kind']): Container {
  const containers = manifests.filter((one) => one.kind === kind).flatMap(containersOf)
  const gate = containers.find(({ name }) => name === 'pgate')
  if (gate === undefined) throw new Error(`no gate in a ${kind}`)
  return Object.assign({}, gate, { imagePullPolicy: undefined })
}

const SHAPES = [
  { shape: 'init', file: 'init-container.yaml', values: {} },
  {
    shape: 'job',
    file: 'job.yaml',
    values: {
      image: { repository: 'registry.example.com/api-pgate', tag: '1.4.0' },
      migrations: { configMap: '' },
    },
  },
  { shape: 'sidecar', file: 'sidecar.yaml', values: {} },
] as const

const FLEET = { secret: { name: 'api-fleet' } }

describe('the Helm library chart', () => {
  it.each(SHAPES)('makes of shape $shape what deploy/kubernetes/$file holds', async (given) => {
    const { shape, file, values } = given
    const manifests = await rendered({ shape, ...values })
    const plain = await readManifests(`deploy/kubernetes/${file}`)
    expect(await unknownFields(manifests)).toBe('')
    expect(manifests.map(({ kind }) => kind).toSorted()).toEqual(
      plain.map(({ kind }) => kind).toSorted(),
    )
    for (const { kind } of plain) expect(gateOf(manifests, kind)).toEqual(gateOf(plain, kind))
    expect(policies(manifests)).toEqual(policies(plain))
    expect(volumes(manifests)).toEqual(volumes(plain))
  })

  it.each([
    ['none', '-3', undefined],
    ['helm', '', { 'helm.sh/hook': 'pre-install,pre-upgrade' }],
    ['argocd', '', { 'argocd.argoproj.io/sync-wave': '-1' }],
  ])('makes the Jobs of hook %s', async (hook, revision, annotations) => {
    const manifests = await rendered({ shape: 'job', job: { hook }, fleet: FLEET })
    const jobs = manifests.filter(({ kind }) => kind === 'Job').map(({ metadata }) => metadata)
    expect(jobs.map(({ name }) => name)).toEqual([
      `demo-migrate${revision}`,
      `demo-fleet${revision}`,
    ])
    for (const job of jobs) {
      if (annotations === undefined) expect(job.annotations).toBeUndefined()
      else expect(job.annotations).toMatchObject(annotations)
    }
  })

  it('makes of a fleet, next to any shape, the Job that deploy/kubernetes/fleet.yaml holds', async () => {
    const manifests = await rendered({ fleet: FLEET })
    const jobs = manifests.filter(({ kind }) => kind === 'Job')
    const plain = (await readManifests('deploy/kubernetes/fleet.yaml')).slice(0, 1)
    expect(await unknownFields(manifests)).toBe('')
    expect(byName(gateOf(jobs, 'Job'))).toEqual(byName(gateOf(plain, 'Job')))
    expect(jobs.map(shardsOf)).toEqual(plain.map(shardsOf))
  })

  it.each([
    ['helm', { 'helm.sh/hook': 'post-install,post-upgrade' }],
    ['argocd', { 'argocd.argoproj.io/hook': 'PostSync' }],
  ])(
    'makes of contract.hook %s what deploy/kubernetes/{expand,contract}.yaml hold',
    async (hook, annotations) => {
      const manifests = await rendered({ contract: { hook }, env: { [AHEAD.name]: AHEAD.value } })
      expect(await unknownFields(manifests)).toBe('')
      const expand = await readManifests('deploy/kubernetes/expand.yaml')
      const contract = await readManifests('deploy/kubernetes/contract.yaml')
      expect(gateOf(manifests, 'Deployment')).toEqual(gateOf(expand, 'Deployment'))
      const { env = [], ...job } = gateOf(contract, 'Job')
      expect(gateOf(manifests, 'Job')).toEqual({ ...job, env: [...env, AHEAD] })
      expect(policies(manifests)).toEqual(policies(contract))
      const made = manifests.find(({ kind }) => kind === 'Job')
      expect(made?.metadata.annotations).toMatchObject(annotations)
    },
  )

  it('has Prometheus read the sidecars where it is asked to, and else makes nothing for it', async () => {
    const monitor = { enabled: true, interval: '15s', labels: { release: 'kube-prometheus' } }
    const { exitCode, stdout, stderr } = await render({ shape: 'sidecar', sidecar: { monitor } })
    expect(exitCode, stderr).toBe(0)
    const objects = parseAllDocuments(stdout).flatMap((document) => document.toJS() ?? [])
    const [service, reader] = ['Service', 'ServiceMonitor'].map((name) =>
      objects.find(({ kind }) => kind === name),
    )
    parseManifests(stringify(service))
    const deployment = objects.find(({ kind }) => kind === 'Deployment')
    expect(deployment.spec.template.metadata.labels).toMatchObject(service.spec.selector)
    expect(service.spec).toMatchObject({
      clusterIP: 'None',
      ports: [{ name: 'pgate', port: 8432, targetPort: 'pgate' }],
    })
    expect(service.metadata.labels).toMatchObject(reader.spec.selector.matchLabels)
    expect(reader).toMatchObject({
      apiVersion: 'monitoring.coreos.com/v1',
      metadata: { name: 'demo-pgate', labels: { release: 'kube-prometheus' } },
      spec: { endpoints: [{ port: 'pgate', path: '/metrics', interval: '15s' }] },
    })
    for (const values of [{ shape: 'sidecar' }, { shape: 'init', sidecar: { monitor } }]) {
      const kinds = (await rendered(values)).map(({ kind }) => kind)
      expect(kinds).toEqual(['Deployment'])
    }
  })

  it('gives further variables to the gate, as text', async () => {
    const env = { PGATE_EXTENSIONS: '', PGATE_LOCK_TIMEOUT: 90 }
    const gate = gateOf(await rendered({ env }), 'Deployment')
    expect(gate.env).toEqual([
      { name: 'DATABASE_URL_FILE', value: '/run/secrets/database/url' },
      { name: 'PGATE_EXTENSIONS', value: '' },
      { name: 'PGATE_LOCK_TIMEOUT', value: '90' },
    ])
  })

  it.each([
    ['a shape that it does not have', { shape: 'cron' }, 'shape'],
    ['no Secret', { secret: { name: '' } }, 'secret.name'],
    ['a fleet without a shard', { fleet: { shards: 0 } }, 'fleet.shards'],
    ['a key that it does not know', { secrets: { name: 'x' } }, 'secrets'],
    ['an interval without a unit', { sidecar: { monitor: { interval: '30' } } }, 'interval'],
    ['a variable that is none', { env: { 'not-a-name': '1' } }, 'env'],
  ])('refuses %s', async (_, values, named) => {
    const { exitCode, stdout, stderr } = await render(values)
    expect({ exitCode, stdout }).toEqual({ exitCode: 1, stdout: '' })
    expect(stderr).toContain(named)
  })
})

const AHEAD = { name: 'PGATE_AHEAD', value: 'allow' }

const policies = (manifests: readonly Manifest[]) =>
  manifests.map(({ spec }) => spec?.podFailurePolicy).filter((policy) => policy !== undefined)

const volumes = (manifests: readonly Manifest[]) =>
  Object.fromEntries(manifests.map(({ kind, spec }) => [kind, spec?.template.spec.volumes]))

/** The chart writes variables in the order of their names. */
const byName = (gate: Container) => ({
  ...gate,
  env: gate.env?.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
})

/** The fields of an Indexed Job besides its gate. */
const shardsOf = ({ spec }: Manifest) => {
  const { template, ...fields } = spec ?? { template: { spec: { containers: [] } } }
  return { ...fields, volumes: template.spec.volumes }
}
