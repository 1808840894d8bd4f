import { rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { dockerOutput } from '../docker/docker.ts'
import { buildImage, uniqueName } from '../docker/image.ts'

/**
 * Begins to build the project's image, next to the tests that do not need it: `await-image.ts` waits
 * for it. Removes it after the last of a project's tests.
 */
export default function setup(project: TestProject): () => Promise<void> {
  const tag = uniqueName()
  const outcome = join(tmpdir(), `${tag}.outcome`)
  const written = buildImage(tag).then(
    () => writeFile(outcome, 'built'),
    (error: unknown) => writeFile(outcome, String(error)),
  )
  project.provide('image', tag)
  project.provide('imageOutcome', outcome)
  return async () => {
    await written
    await dockerOutput(['image', 'rm', '--force', tag])
    await rm(outcome, { force: true })
  }
}
