import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ROOT } from '../support/docker/image.ts'
import { copyInto, packedProject, runNode } from '../support/docs/packed.ts'

const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

const BUILT_IN = ['@electric-sql/pglite', '@electric-sql/pglite-pgvector']

let project: string
beforeAll(async () => {
  project = await packedProject(['pg', 'vitest', '@types/node', '@types/pg', ...BUILT_IN])
  await copyInto(project, 'examples/testing')
  await copyInto(project, 'test/fixtures/types')
}, 120_000)
afterAll(() => rm(project, { recursive: true }))

it('docs/testing.md shows the examples as they are', async () => {
  const page = await readFile(join(ROOT, 'docs/testing.md'), 'utf8')
  const shown = [...page.matchAll(/<!-- (examples\/\S+) -->\n+```\w+\n(.*?)```/gs)]
  expect(shown.map(([, file]) => file)).toEqual([
    'examples/testing/database.ts',
    'examples/testing/authors.test.ts',
    'examples/testing/vitest.config.ts',
    'examples/testing/authors.node-test.mjs',
  ])
  for (const [, file = '', text] of shown) {
    expect(text).toBe(await readFile(join(ROOT, file), 'utf8'))
  }
})

it('the example of vitest passes with the package as it is packed', async () => {
  const vitest = join(project, 'node_modules/vitest/vitest.mjs')
  expect(await runNode(project, [vitest, 'run'])).toMatch(/Tests .*2 passed/)
})

it('the example of node:test passes with the package as it is packed', async () => {
  const printed = await runNode(project, ['--test', 'authors.node-test.mjs'])
  expect(printed).toMatch(/pass 2/)
})

it('right uses of the types compile, and wrong ones do not', async () => {
  const options = ['--module', 'nodenext', '--target', 'es2024', '--types', 'node', '--strict']
  const more = ['--noEmit', '--exactOptionalPropertyTypes', '--lib', 'es2024,esnext.disposable']
  const files = ['uses.ts', 'database.ts', 'authors.test.ts']
  const rest = ['--skipLibCheck', '--allowImportingTsExtensions', ...files]
  expect(await runNode(project, [TSC, ...options, ...more, ...rest])).toBe('')
})
