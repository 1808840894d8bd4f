import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'

const ROOT = join(import.meta.dirname, '../..')
const TSC = join(ROOT, 'node_modules/typescript/bin/tsc')

/** How a program's compiler finds the package. */
const RESOLUTIONS = [
  { module: 'esnext', moduleResolution: 'bundler' },
  { module: 'node16', moduleResolution: 'node16' },
  { module: 'nodenext', moduleResolution: 'nodenext' },
]

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'pgate-library-'))
  await mkdir(join(folder, 'node_modules'))
  await mkdir(join(folder, 'migrations'))
  await symlink(ROOT, join(folder, 'node_modules/pgate'))
  await symlink(join(ROOT, 'node_modules/@types'), join(folder, 'node_modules/@types'))
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }')
  const page = await readFile(join(ROOT, 'docs/library.md'), 'utf8')
  const blocks = [...page.matchAll(/^```ts\n([\s\S]*?)^```/gm)].map(([, text = '']) => text)
  const isRevision = (text: string) => text.includes('defineRevision')
  await writeFile(join(folder, 'migrations/2f1d7c08a9be.ts'), blocks.filter(isRevision).join(''))
  await writeFile(
    join(folder, 'program.ts'),
    `${blocks.filter((text) => !isRevision(text)).join('')}
const { next } = await status(options)
console.log(next)
`,
  )
})

afterAll(async () => {
  await rm(folder, { recursive: true })
})

it.each(RESOLUTIONS)('docs/library.md type-checks with $moduleResolution', async (resolution) => {
  const config = join(folder, `tsconfig.${resolution.moduleResolution}.json`)
  const strict = { strict: true, skipLibCheck: false, exactOptionalPropertyTypes: true }
  const compilerOptions = {
    ...strict,
    ...resolution,
    noEmit: true,
    target: 'es2023',
    types: ['node'],
  }
  await writeFile(
    config,
    JSON.stringify({ compilerOptions, files: ['program.ts', 'migrations/2f1d7c08a9be.ts'] }),
  )
  const { stdout } = await promisify(execFile)(process.execPath, [TSC, '--project', config]).catch(
    (error: { readonly stdout: string }) => error,
  )
  expect(stdout).toBe('')
})

it('docs/library.md runs as it stands, on the built-in PostgreSQL', async () => {
  const program = join(folder, 'program.ts')
  const text = await readFile(program, 'utf8')
  await writeFile(program, text.replace(/databaseUrl: .*,/, "embedded: 'data', extensions: [],"))
  const { stdout } = await promisify(execFile)(process.execPath, [program], { cwd: folder })
  expect(stdout).toMatch(/^\[ '2f1d7c08a9be' \] \[ '2f1d7c08a9be' \]/)
  expect(stdout).toContain('A gate would open: there is nothing to do.')
})
