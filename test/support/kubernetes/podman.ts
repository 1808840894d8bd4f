import { execFile, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inject } from 'vitest'
import { stringify } from 'yaml'
import type { Pod } from './pods.ts'

/** The container of a pod as `podman inspect` reports it. */
export interface ContainerState {
  /** `Created` where it was never started: an init container before it failed. */
  readonly status: string
  readonly exitCode: number
}

/** Pods that were played. */
export interface PlayedPods {
  /** Absent where there is none: Podman removes an init container that has succeeded. */
  state(container: string): Promise<ContainerState | undefined>
  /** All that it said. */
  logs(container: string): Promise<string>
  /** Ends a pod as Kubernetes does: with SIGTERM, and some seconds to follow it. */
  stop(pod: string): Promise<void>
}

/** Plays pods all at once, and takes down all that they made whatever happens. */
export async function withPods<T>(
  pods: readonly Pod[],
  use: (played: PlayedPods) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-pods-'))
  try {
    await Promise.all(
      pods.map(async (pod) => {
        const file = join(folder, `${pod.name}.yaml`)
        await writeFile(file, pod.objects.map((object) => stringify(object)).join('---\n'))
        await play(file)
      }),
    )
    return await use({ state, logs, stop })
  } finally {
    await podman(['pod', 'rm', '--force', '--time', '0', ...pods.map(({ name }) => name)])
    await podman(['volume', 'rm', '--force', ...pods.flatMap(({ volumes }) => volumes)])
    await rm(folder, { recursive: true })
  }
}

/**
 * It fails where an init container does: what came of it is asked for afterwards. What it starts
 * inherits its outputs and would keep them open, so it has none.
 */
function play(file: string): Promise<void> {
  const child = spawn(podmanCommand(), ['kube', 'play', file], {
    stdio: 'ignore',
    timeout: HANGING_MS,
  })
  return new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', () => resolve())
  })
}

async function state(container: string): Promise<ContainerState | undefined> {
  const { stdout } = await podman(['container', 'inspect', container])
  const [found] = JSON.parse(stdout)
  return found && { status: found.State.Status, exitCode: found.State.ExitCode }
}

async function logs(container: string): Promise<string> {
  const { stdout, stderr } = await podman(['logs', container])
  return `${stdout}${stderr}`
}

async function stop(pod: string): Promise<void> {
  await podman(['pod', 'stop', '--time', '10', pod])
}

/** Takes an image over from the Docker engine; answers with the name that Podman gives it. */
export async function loadImage(tag: string): Promise<string> {
  const script = 'docker save "$1" | "$0" load --quiet'
  const { stdout } = await call('sh', ['-c', script, podmanCommand(), tag])
  const [, name] = /^Loaded image: (\S+)$/m.exec(stdout) ?? []
  if (name === undefined) throw new Error(`podman did not load ${tag}: ${stdout}`)
  return name
}

export async function removeImage(name: string): Promise<void> {
  await podman(['image', 'rm', '--force', name])
}

function podmanCommand(): string {
  return inject('environment').podman ?? 'podman'
}

function podman(args: readonly string[]): Promise<Said> {
  return call(podmanCommand(), args)
}

interface Said {
  readonly stdout: string
  readonly stderr: string
}

/** Never rejects for an exit code. */
function call(command: string, args: readonly string[]): Promise<Said> {
  return new Promise((resolve) => {
    execFile(command, args, { timeout: HANGING_MS, maxBuffer: 2 ** 26 }, (_, stdout, stderr) =>
      resolve({ stdout, stderr }),
    )
  })
}

/** Pods that hang are not to hang the test: what is asserted afterwards then fails. */
const HANGING_MS = 60_000
