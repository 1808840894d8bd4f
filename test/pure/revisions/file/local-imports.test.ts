import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../../../src/revisions/file/checksum.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { localImports } from '../../../../src/revisions/file/local-imports.ts'

type Files = Readonly<Record<string, string>>

async function withFiles<T>(files: Files, use: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'pgate-imports-'))
  try {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(folder, name)), { recursive: true })
      await writeFile(join(folder, name), text)
    }
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true })
  }
}

function moduleText(imports: string): string {
  return `${imports}
export const revision = 'aaa', revises = null
export const upgrade = async () => {}
`
}

async function checksumIn(files: Files): Promise<string | undefined> {
  return withFiles(files, async (folder) => {
    const { revisions } = await loadRevisions(join(folder, 'm'))
    return revisions.get('aaa')?.checksum
  })
}

describe('the local files that a module imports', () => {
  it.each([
    ["import { x } from './lib/a.mjs'", ['lib/a.mjs']],
    ['import "./lib/a.mjs"', ['lib/a.mjs']],
    ["export * from './lib/a.mjs'", ['lib/a.mjs']],
    ["const later = () => import('./lib/a.mjs')", ['lib/a.mjs']],
    ['const later = () => import(/* now\n not */ `./lib/a.mjs`)', ['lib/a.mjs']],
    ["const b = require('./lib/b')", ['lib/b.js']],
    ["import type { T } from '../out.js'", ['../out.ts']],
    ["import d from './data.json' with { type: 'json' }", ['data.json']],
    ["import x from './lib'", ['lib/index.ts']],
    ["import a from './lib/a.mjs?x=1'", ['lib/a.mjs']],
    ["import c from './lib/c.mjs'", ['lib/a.mjs', 'lib/c.mjs']],
    ["import { readFile } from 'node:fs'; import gone from './gone.mjs'", []],
  ])('are found for %s', async (text, expected) => {
    const files = {
      'm/lib/a.mjs': "import './c.mjs'",
      'm/lib/b.js': '',
      'm/lib/c.mjs': "import './a.mjs'",
      'm/lib/index.ts': '',
      'm/data.json': '{}',
      'out.ts': '',
    }
    await withFiles(files, async (folder) => {
      const found = await localImports(join(folder, 'm/a.mjs'), text)
      const names = found.map(({ name }) => name)
      const both = ['lib/a.mjs', 'lib/c.mjs']
      expect(names).toEqual(expected[0] === 'lib/a.mjs' ? both : expected)
    })
  })

  it('are covered by its checksum, which line endings do not change', async () => {
    const text = moduleText("import { x } from './lib/a.mjs'")
    const before = await checksumIn({ 'm/a.mjs': text, 'm/lib/a.mjs': 'export const x = 1\n' })
    const same = await checksumIn({
      'm/a.mjs': text,
      'm/lib/a.mjs': 'export const x = 1  \r\n\r\n',
    })
    const edited = await checksumIn({ 'm/a.mjs': text, 'm/lib/a.mjs': 'export const x = 2\n' })
    expect(same).toBe(before)
    expect(edited).not.toBe(before)
  })

  it('are those that paths and names without an ending mean, too', async () => {
    const files = {
      'tsconfig.json': '{ "compilerOptions": { "paths": { "@lib/*": ["./src/*"] } } }',
      'm/a.ts': moduleText("import { x } from '@lib/a'"),
      'src/a.ts': "export * from './b.js'",
      'src/b.ts': 'export const x = 1',
    }
    const before = await checksumIn(files)
    expect(await checksumIn({ ...files, 'src/b.ts': 'export const x = 2' })).not.toBe(before)
  })

  it('change nothing for a module without any', async () => {
    const text = moduleText("import { readFile } from 'node:fs/promises'")
    expect(await checksumIn({ 'm/a.mjs': text })).toBe(checksumOf(text))
  })
})
