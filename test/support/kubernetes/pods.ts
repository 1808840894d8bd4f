import { randomBytes } from 'node:crypto'
import type { Container, Manifest, PodSpec, Volume } from './manifests.ts'

/** A pod that Podman can play, with the ConfigMaps that it mounts. */
export interface Pod {
  readonly name: string
  readonly objects: readonly object[]
  /** Podman keeps what a ConfigMap holds in a volume of its name. */
  readonly volumes: readonly string[]
}

/** What a cluster has besides the manifests, or what differs for one test. */
export interface Surroundings {
  /** Of the gate. */
  readonly image: string
  /** Of what stands in for the API: anything with a shell; or of the API itself, where `api` is given. */
  readonly apiImage: string
  /** The variables of an API that is started as its image says. */
  readonly api?: Readonly<Record<string, string>>
  /** Secrets and ConfigMaps by name: their keys and texts. */
  readonly texts: Readonly<Record<string, Readonly<Record<string, string>>>>
  /** Added to the gate's variables, or in their place. */
  readonly env?: Readonly<Record<string, string>>
}

/**
 * The pods of a Deployment or Job, one for each replica or index, as Podman 4 can run them: what it does not
 * know of Kubernetes is put into words that it knows, and everything else is left as written.
 *
 * - Of a Deployment it would start init containers for ever, and Jobs are unknown to it.
 * - A Secret's texts it mounts undecoded; a ConfigMap stands in for each, with the same keys.
 * - Probes need systemd, ports are not for the host's network, images are not to be pulled.
 * - A native sidecar would be waited for: it becomes the first of the other containers.
 */
export function podsOf(manifest: Manifest, surroundings: Surroundings): readonly Pod[] {
  const { metadata, spec } = manifest
  if (spec === undefined) throw new Error(`${manifest.kind} makes no pods`)
  const { completions, completionMode, replicas = completions ?? 1 } = spec
  return Array.from({ length: replicas }, (_, index) => {
    const name = `pgate-test-${metadata.name}-${randomBytes(3).toString('hex')}`
    // As the kubelet gives it to each pod of an Indexed Job.
    const own = completionMode === 'Indexed' ? { JOB_COMPLETION_INDEX: String(index) } : {}
    const env = { ...surroundings.env, ...own }
    return podOf(name, spec.template.spec, { ...surroundings, env })
  })
}

function podOf(name: string, spec: PodSpec, surroundings: Surroundings): Pod {
  const volumes = (spec.volumes ?? []).map((volume) => mounted(name, volume, surroundings))
  const inits = (spec.initContainers ?? []).filter(
    ({ restartPolicy }) => restartPolicy !== 'Always',
  )
  const sidecars = (spec.initContainers ?? []).filter((container) => !inits.includes(container))
  const adapt = (container: Container) => adapted(container, surroundings)
  const pod = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name },
    spec: {
      ...spec,
      restartPolicy: 'Never',
      hostNetwork: true,
      initContainers: inits.map(adapt),
      containers: [...sidecars, ...spec.containers].map(adapt),
      volumes: volumes.map(({ volume }) => volume),
    },
  }
  const objects = [...volumes.map(({ configMap }) => configMap), pod]
  return { name, objects, volumes: volumes.map(({ configMap }) => configMap.metadata.name) }
}

function mounted(pod: string, volume: Volume, { texts }: Surroundings) {
  const source = texts[volume.secret?.secretName ?? volume.configMap?.name ?? ''] ?? {}
  const items = volume.secret?.items ?? Object.keys(source).map((key) => ({ key, path: key }))
  const data = Object.fromEntries(items.map(({ key, path }) => [path, source[key] ?? '']))
  const name = `${pod}-${volume.name}`
  return {
    configMap: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data },
    volume: { name: volume.name, configMap: { name, optional: false } },
  }
}

function adapted(container: Container, surroundings: Surroundings): object {
  const { ports, startupProbe, livenessProbe, readinessProbe, restartPolicy, ...rest } = container
  const isGate = container.name === 'pgate'
  const env = (container.env ?? []).map(({ name, value, valueFrom }) => {
    const { name: from = '', key = '' } = valueFrom?.secretKeyRef ?? {}
    return { name, value: value ?? surroundings.texts[from]?.[key] ?? '' }
  })
  const own = Object.entries((isGate ? surroundings.env : surroundings.api) ?? {})
  const others = env.filter(({ name }) => !own.some(([key]) => key === name))
  return {
    ...rest,
    image: isGate ? surroundings.image : surroundings.apiImage,
    imagePullPolicy: 'Never',
    env: [...others, ...own.map(([name, value]) => ({ name, value }))],
    ...(isGate || surroundings.api !== undefined ? {} : { command: ['sh', '-c', STAY_UP] }),
  }
}

const STAY_UP = "echo 'the API has started'; exec sleep infinity"
