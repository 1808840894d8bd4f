import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { Deployment } from 'kubernetes-models/apps/v1'
import { Job } from 'kubernetes-models/batch/v1'
import { ConfigMap, Secret, Service } from 'kubernetes-models/v1'
import { parseAllDocuments } from 'yaml'
import { ROOT } from '../docker/image.ts'

const run = promisify(execFile)

/** A Kubernetes object as a YAML file holds it; of its fields only what the tests look at. */
export interface Manifest {
  readonly apiVersion: string
  readonly kind: 'Deployment' | 'Job' | 'Secret' | 'ConfigMap' | 'Pod'
  readonly metadata: {
    readonly name: string
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: {
    readonly replicas?: number
    readonly completionMode?: string
    readonly completions?: number
    readonly maxFailedIndexes?: number
    readonly podFailurePolicy?: { readonly rules: readonly FailureRule[] }
    readonly template: { readonly spec: PodSpec }
  }
  readonly stringData?: Readonly<Record<string, string>>
  readonly data?: Readonly<Record<string, string>>
}

export interface FailureRule {
  readonly action: string
  readonly onExitCodes?: { readonly containerName: string; readonly values: readonly number[] }
}

export interface PodSpec {
  readonly automountServiceAccountToken?: boolean
  readonly restartPolicy?: string
  readonly securityContext?: object
  readonly initContainers?: readonly Container[]
  readonly containers: readonly Container[]
  readonly volumes?: readonly Volume[]
}

export interface Container {
  readonly name: string
  readonly image: string
  readonly args?: readonly string[]
  readonly restartPolicy?: string
  readonly env?: readonly {
    readonly name: string
    readonly value?: string
    readonly valueFrom?: { readonly secretKeyRef?: { readonly name: string; readonly key: string } }
  }[]
  readonly resources?: {
    readonly limits: Readonly<Record<string, string>>
    readonly requests: Readonly<Record<string, string>>
  }
  readonly startupProbe?: object
  readonly livenessProbe?: object
  readonly readinessProbe?: object
  readonly ports?: readonly object[]
}

export interface Volume {
  readonly name: string
  readonly secret?: {
    readonly secretName: string
    readonly defaultMode?: number
    readonly items?: readonly { readonly key: string; readonly path: string }[]
  }
  readonly configMap?: { readonly name: string }
}

/**
 * The objects of a text, each checked against the schema that Kubernetes publishes for its kind.
 * @throws Error that names the field, where one has a wrong type or value, or is missing
 */
export function parseManifests(text: string): readonly Manifest[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw new Error(document.errors.join('\n'))
    const manifest = document.toJS()
    if (manifest === null) return []
    const Model = MODELS[`${manifest.apiVersion} ${manifest.kind}`]
    if (Model === undefined)
      throw new Error(`no schema for ${manifest.apiVersion} ${manifest.kind}`)
    new Model(manifest as never).validate()
    return [manifest as Manifest]
  })
}

const MODELS: Readonly<Record<string, new (data: never) => { validate(): void }>> = {
  'apps/v1 Deployment': Deployment,
  'batch/v1 Job': Job,
  'v1 Service': Service,
  'v1 Secret': Secret,
  'v1 ConfigMap': ConfigMap,
}

export async function readManifests(path: string): Promise<readonly Manifest[]> {
  return parseManifests(await readFile(join(ROOT, path), 'utf8'))
}

/**
 * What the compiler says of the objects as literals of the schema's types: it knows which fields
 * there are, where the schema itself lets unknown ones pass as a cluster would refuse. Empty: good.
 */
export async function unknownFields(manifests: readonly Manifest[]): Promise<string> {
  return unknownFieldsIn({ manifests })
}

/** The same of the objects of many files, in one start of the compiler; each line begins with a file's name. */
export async function unknownFieldsIn(
  files: Readonly<Record<string, readonly Manifest[]>>,
): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-manifests-'))
  try {
    await symlink(join(ROOT, 'node_modules'), join(folder, 'node_modules'))
    const names = Object.keys(files).map((name) => `${name}.ts`)
    for (const [name, manifests] of Object.entries(files)) {
      const literals = manifests.map(
        (manifest, n) => `export const m${n}: I${manifest.kind} = ${JSON.stringify(manifest)}`,
      )
      await writeFile(join(folder, `${name}.ts`), [...TYPES, ...literals].join('\n'))
    }
    const tsc = join(ROOT, 'node_modules/.bin/tsc')
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext']
    return await run(tsc, [...options, ...names], { cwd: folder }).then(
      () => '',
      ({ stdout }) => stdout,
    )
  } finally {
    await rm(folder, { recursive: true })
  }
}

const TYPES = [
  "import type { IDeployment } from 'kubernetes-models/apps/v1'",
  "import type { IJob } from 'kubernetes-models/batch/v1'",
  "import type { IConfigMap, ISecret } from 'kubernetes-models/v1'",
]

/** All containers of an object that makes pods; none of one that does not. */
export function containersOf({ spec }: Manifest): readonly Container[] {
  return spec
    ? [...(spec.template.spec.initContainers ?? []), ...spec.template.spec.containers]
    : []
}
