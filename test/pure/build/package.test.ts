import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { revisionText } from '../../support/cli/revision-folder.ts'
import { nodeProgram } from '../../support/peers/node.ts'

const run = promisify(execFile)
const ROOT = join(import.meta.dirname, '../../..')
const MOST_BYTES = 25_000_000
/** The oldest that the package takes. */
const NODE_22 = '22.15.1'

interface Tarball {
  readonly filename: string
  readonly unpackedSize: number
  readonly files: readonly { readonly path: string; readonly size: number }[]
}

let folder = ''
let tarball: Tarball
const project = () => join(folder, 'project')

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgate-package-'))
  // What `npm test` has just built is what `prepack` would build.
  const options = ['--ignore-scripts', '--json', '--pack-destination', folder]
  const { stdout } = await run('npm', ['pack', ...options], { cwd: ROOT })
  const [packed] = Object.values<Tarball>(JSON.parse(stdout))
  if (packed === undefined) throw new Error('npm pack made nothing')
  tarball = packed
  await mkdir(join(project(), 'migrations'), { recursive: true })
  await npm('install', '--offline', join(folder, packed.filename))
  const text = revisionText({
    id: 'aaa',
    upgrade: 'CREATE TABLE t (id int PRIMARY KEY, v vector(3));',
  })
  await writeFile(join(project(), 'migrations/a.sql'), text)
}, 60_000)
afterAll(() => rm(folder, { recursive: true }))

function npm(...args: readonly string[]) {
  const env = { ...process.env, npm_config_prefer_offline: 'true', npm_config_audit: 'false' }
  return run('npm', args, { cwd: project(), env })
}

interface Ended {
  readonly code: unknown
  readonly stdout: string
}

function pgate(node: string, ...args: readonly string[]): Promise<Ended> {
  return new Promise((resolve) => {
    const command = [join(project(), 'node_modules/.bin/pgate'), ...args]
    const options = { cwd: project(), env: { PATH: process.env.PATH } }
    execFile(node, command, options, (error, stdout) => resolve({ code: error?.code ?? 0, stdout }))
  })
}

describe('the package', () => {
  it('is installed with the built-in PostgreSQL by the command that docs/install.md has', async () => {
    const page = await readFile(join(ROOT, 'docs/install.md'), 'utf8')
    const { devDependencies, peerDependencies } = JSON.parse(
      await readFile(join(ROOT, 'package.json'), 'utf8'),
    )
    const names = Object.keys(peerDependencies).map((name) => `${name}@${devDependencies[name]}`)
    expect(page).toContain(`npm install --save-dev ${names.join(' ')}\n`)
  })

  it('takes less than 25 MB when it is installed', () => {
    expect(tarball.unpackedSize).toBeLessThan(MOST_BYTES / 2)
  })

  it('holds the program, its papers, and nothing of the built-in PostgreSQL but its prepared cluster', () => {
    const paths = tarball.files.map(({ path }) => path)
    const papers = ['README.md', 'LICENSE', 'CHANGELOG.md', 'package.json', 'dist/sbom.cdx.json']
    expect(paths).toEqual(expect.arrayContaining([...papers, 'dist/THIRD-PARTY-LICENSES.txt']))
    expect(paths.filter((path) => /pglite|\.map$|\.ts$(?<!\.d\.ts)/.test(path))).toEqual([])
    expect(
      paths.filter((path) => !/^(?:dist\/|[A-Z]+(?:\.md)?$|package\.json$)/.test(path)),
    ).toEqual([])
  })

  it('is imported and required as a library, with its types, on Node.js 22 and 24', async () => {
    const text = `import { GateError, gate, type RunResult } from 'pgate'
export const run: () => Promise<RunResult> = () => gate({})
console.log(GateError.name, typeof gate)
`
    await writeFile(join(project(), 'use.mts'), text)
    await writeFile(join(project(), 'use.cjs'), `console.log(require('pgate').GateError.name)`)
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const options = ['--outDir', '.', '--strict', '--module', 'nodenext', '--target', 'es2022']
    await run(process.execPath, [tsc, ...options, 'use.mts'], { cwd: project() })
    for (const node of [process.execPath, await nodeProgram(NODE_22)]) {
      const imported = await run(node, ['use.mjs'], { cwd: project() })
      expect(imported.stdout).toBe('GateError function\n')
      const required = await run(node, ['use.cjs'], { cwd: project() })
      expect(required.stdout).toBe('GateError\n')
    }
  }, 60_000)

  it('names no path of the machine that has built it', async () => {
    const scripts = tarball.files.filter(({ path }) => /\.(?:mjs|ts|json|txt)$/.test(path))
    const texts = await Promise.all(
      scripts.map(async ({ path }) => {
        const text = await readFile(join(project(), 'node_modules/pgate', path), 'utf8')
        return { path, isClean: !text.includes(ROOT) && !/^\/\/# source/m.test(text) }
      }),
    )
    expect(texts.filter(({ isClean }) => !isClean)).toEqual([])
  })

  it('says in one sentence what to install for the built-in PostgreSQL, and then has it', async () => {
    const gate = ['gate', '--embedded', '--extensions', 'vector']
    const before = await pgate(process.execPath, ...gate)
    expect(before).toMatchObject({ code: 20 })
    const [, hint] =
      /^gate shut .*EMBEDDED_MISSING.* Run `npm (.*)`, or use the image\.\n$/.exec(before.stdout) ??
      []
    expect(hint).toBeDefined()
    await npm(...(hint ?? '').split(' '))
    for (const node of [process.execPath, await nodeProgram(NODE_22)]) {
      const { code, stdout } = await pgate(node, ...gate)
      expect(stdout).toContain('gate open (exit 0)')
      expect(code).toBe(0)
    }
  }, 120_000)
})
