import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'

const SRC = join(import.meta.dirname, '../../../src')

/** What Node.js 24 has and 22 has not, and no build can put in its place. */
const NEWER =
  /\(\?-?[ims]+(?:-[ims]+)?:(?!…)|\bRegExp\.escape\(|\bError\.isError\(|\bPromise\.try\(/

it('uses no syntax or function that Node.js 22 lacks', async () => {
  const names = await readdir(SRC, { recursive: true })
  const files = names.filter((name) => name.endsWith('.ts'))
  expect(files.length).toBeGreaterThan(100)
  const found = await Promise.all(
    files.map(async (name) => (NEWER.test(await readFile(join(SRC, name), 'utf8')) ? [name] : [])),
  )
  expect(found.flat()).toEqual([])
})
