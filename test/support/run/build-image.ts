import type { TestProject } from 'vitest/node'
import { dockerOutput } from '../docker/docker.ts'
import { buildImage } from '../docker/image.ts'

/** Builds the project's image before the first of a project's tests, and removes it after the last. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const tag = await buildImage()
  project.provide('image', tag)
  return async () => void (await dockerOutput(['image', 'rm', '--force', tag]))
}
