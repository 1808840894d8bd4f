import { randomBytes } from 'node:crypto'
import { realpathSync } from 'node:fs'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { inject } from 'vitest'
import { type DockerResult, docker, dockerOutput } from './docker.ts'

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url))

/**
 * Options of `docker run` by which a container of the image runs this machine's Node.js: it has none
 * to be called, and no shell, with which to look at it from inside.
 */
export const NODE_IN_PLACE = [
  ...['--volume', `${realpathSync(process.execPath)}:/nodejs/bin/node:ro`],
  ...['--entrypoint', '/nodejs/bin/node'],
]

/** The image that the run built. */
export interface TestImage {
  /** Its name, under which nothing else is. */
  readonly tag: string
  /** `docker run --rm`: the options of `docker run`, then pgate's arguments. */
  run(options: readonly string[], args?: readonly string[]): Promise<DockerResult>
}

/** The project's image, built once for the run: {@link buildImage}. */
export function useImage(): TestImage {
  const tag = inject('image')
  return {
    tag,
    run: (options, args = []) => docker(['run', '--rm', ...options, tag, ...args]),
  }
}

/** Builds the project's image under this name. */
export async function buildImage(tag: string): Promise<void> {
  await dockerOutput(['build', '--quiet', '--tag', tag, ROOT], { timeoutMs: BUILD_MS })
}

/** With nothing cached the build installs all packages. */
const BUILD_MS = 600_000

/** A name for an image, a network or a compose project of these tests. */
export function uniqueName(): string {
  return `pgate-test-${randomBytes(4).toString('hex')}`
}
