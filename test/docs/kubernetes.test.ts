import { globSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { permanentCodes } from '../../scripts/docs/exit-codes.ts'
import { ROOT } from '../support/docker/image.ts'
import {
  containersOf,
  type Manifest,
  parseManifests,
  readManifests,
  unknownFields,
  unknownFieldsIn,
} from '../support/kubernetes/manifests.ts'

const FILES = globSync('deploy/kubernetes/*.yaml', { cwd: ROOT }).toSorted()

let unknown = ''
beforeAll(async () => {
  const read = async (file: string) => [basename(file), await readManifests(file)] as const
  unknown = await unknownFieldsIn(Object.fromEntries(await Promise.all(FILES.map(read))))
})

describe.each(FILES)('%s', (file) => {
  it('is what the schema of Kubernetes says, with no field that it does not know', async () => {
    expect((await readManifests(file)).length).toBeGreaterThan(0)
    const others = FILES.filter((other) => other !== file)
    const ofOthers = (line: string) => others.some((other) => line.startsWith(basename(other)))
    expect(unknown.split('\n').filter((line) => line !== '' && !ofOthers(line))).toEqual([])
  })
})

describe.each(FILES.filter((file) => !file.endsWith('secret.yaml')))('%s', (file) => {
  it('gives the gate no more than it needs, and a place for its verdict', async () => {
    const gates = (await readManifests(file)).flatMap(containersOf).filter(isGate)
    expect(gates).not.toEqual([])
    const given = file.endsWith('fleet.yaml') ? TARGETS : URL_FILE
    for (const gate of gates) expect(gate).toMatchObject({ ...HARDENED, ...given })
  })

  it('gives no pod a token of the cluster', async () => {
    const pods = (await readManifests(file)).flatMap(({ spec }) => spec?.template.spec ?? [])
    expect(pods).not.toEqual([])
    for (const pod of pods) {
      expect(pod).toMatchObject({
        automountServiceAccountToken: false,
        securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      })
    }
  })
})

const isGate = ({ name }: { readonly name: string }) => name === 'pgate'

/** How a secret reaches a gate: as a file, that nobody else reads. */
const mountedAs = (name: string, variable: string, path: string) => ({
  env: expect.arrayContaining([{ name: variable, value: path }]),
  volumeMounts: expect.arrayContaining([
    { name, mountPath: path.slice(0, path.lastIndexOf('/')), readOnly: true },
  ]),
})
const URL_FILE = mountedAs('database', 'DATABASE_URL_FILE', '/run/secrets/database/url')
const TARGETS = mountedAs('targets', 'PGATE_FLEET', '/run/secrets/fleet/targets')

const HARDENED = {
  terminationMessagePolicy: 'FallbackToLogsOnError',
  resources: {
    requests: { cpu: expect.any(String), memory: expect.any(String) },
    limits: { cpu: expect.any(String), memory: expect.any(String) },
  },
  securityContext: {
    runAsUser: 65532,
    runAsNonRoot: true,
    allowPrivilegeEscalation: false,
    readOnlyRootFilesystem: true,
    capabilities: { drop: ['ALL'] },
    seccompProfile: { type: 'RuntimeDefault' },
  },
}

describe('the check of manifests', () => {
  const text = readFileSync(join(ROOT, 'deploy/kubernetes/job.yaml'), 'utf8')

  it('refuses a value that the schema does not have', () => {
    const wrong = text.replace('action: FailJob', 'action: FailTheJob')
    expect(() => parseManifests(wrong)).toThrow(/podFailurePolicy\/rules\/0\/action/)
  })

  it('refuses a field that the schema does not have', async () => {
    const wrong = parseManifests(text.replace('fsGroup:', 'fsGroups:'))
    expect(await unknownFields(wrong)).toContain('fsGroups')
  })
})

describe('the Job', () => {
  it.each([
    ['job.yaml', 'FailJob'],
    ['contract.yaml', 'FailJob'],
    ['fleet.yaml', 'FailIndex'],
  ])(
    'of %s is given up (%s) at once by every exit code of a gate that is not retriable, and by no other',
    async (file, action) => {
      const [job] = await readManifests(`deploy/kubernetes/${file}`)
      expect(codesThat(action, job)).toEqual(permanentCodes())
    },
  )

  it('of a fleet makes a pod for each shard', async () => {
    const [job] = await readManifests('deploy/kubernetes/fleet.yaml')
    const [gate] = job === undefined ? [] : containersOf(job)
    const shards = gate?.env?.find(({ name }) => name === 'PGATE_FLEET_SHARDS')?.value
    expect(job?.spec).toMatchObject({ completionMode: 'Indexed', completions: Number(shards) })
    expect(job?.spec?.maxFailedIndexes).toBeLessThan(Number(shards))
  })
})

function codesThat(action: string, job: Manifest | undefined): readonly number[] | undefined {
  const rules = job?.spec?.podFailurePolicy?.rules ?? []
  return rules.find((rule) => rule.action === action)?.onExitCodes?.values
}
