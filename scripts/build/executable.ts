/**
 * Builds `executable/`: what the image holds. `pgate` is Node.js itself with a start-up snapshot of the
 * program in it; beside it lie the same lazy parts, assets and embedded database as in `dist/`.
 * Nothing else is needed to run it, not even Node.js.
 * @see docs/decisions/0042-one-executable-in-the-image.md
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { build } from 'esbuild'
import { type Bundle, buildBundle } from './bundle.ts'
import { startText, startTextFrom } from './start.ts'
import { buildTemplate } from './template.ts'

const ROOT = join(import.meta.dirname, '../..')
const FOLDER = join(ROOT, 'executable')

/** Where the snapshot keeps the modules of the start, for the lazy parts. */
const START = `globalThis[Symbol.for('pgate.start')]`

/** A snapshot's own `require` knows no files. A part's path is seen from the executable. */
const REQUIRE = `const require = (id) => process.getBuiltinModule(id)
  ?? process.getBuiltinModule('node:module').createRequire(process.execPath)(id)`

/**
 * Parts of Node.js that it loads at their first use: the clock at every start, cryptography for a
 * password. In the snapshot they cost a start without a password nothing that could be measured.
 */
const PRELOADED = `void [performance.now(), require('node:crypto').webcrypto.subtle]`

const bundle = await buildBundle({
  root: ROOT,
  entry: 'src/main.ts',
  outdir: FOLDER,
  runtime: true,
})
await writeFile(join(FOLDER, 'start.mjs'), startTextFrom(START, bundle.modules))
await rm(join(FOLDER, 'pgate.mjs'))
await buildTemplate(join(FOLDER, 'embedded'))
const work = await mkdtemp(join(tmpdir(), 'pgate-executable-'))
try {
  const executable = join(work, 'pgate')
  await copyFile(process.execPath, executable)
  await inject(executable, await snapshotOf(await programText(bundle)))
  await copyFile(executable, join(FOLDER, 'pgate.new'))
  await rename(join(FOLDER, 'pgate.new'), join(FOLDER, 'pgate'))
} finally {
  await rm(work, { recursive: true })
}

/** The start as one script: what it imports lazily it requires, which a snapshot is able to do. */
async function programText({ settings, modules, parts }: Bundle): Promise<string> {
  const contents = `${startText(modules)}\nimport './src/executable.ts'`
  const { outputFiles } = await build({
    ...settings,
    stdin: { contents, resolveDir: ROOT, sourcefile: 'start.mjs' },
    plugins: [parts, ...settings.plugins],
    format: 'cjs',
    supported: { 'dynamic-import': false },
    outExtension: {},
    banner: { js: REQUIRE },
    write: false,
  })
  return outputFiles.map(({ text }) => text).join('')
}

/**
 * Runs up to the point from which a start goes on, with every function compiled: those that are
 * compiled when they are first called would be so at every start. The seeds and the number of the
 * process that built it would make each build another.
 */
function snapshotScript(program: string): string {
  return `
    Object.defineProperty(process, 'pid', { value: 1, enumerable: true, configurable: true })
    const { setFlagsFromString } = require('node:v8')
    setFlagsFromString('--no-lazy')
    const script = ${JSON.stringify(`(function (module, exports) {${program}\n})`)}
    const run = require('node:vm').runInThisContext(script, { filename: 'pgate' })
    setFlagsFromString('--lazy')
    const start = { exports: {} }
    run(start, start.exports)
    ${START} = start.exports
    ${PRELOADED}`
}

/** Writes the snapshot that Node.js finds in its own executable, and gives its path. */
async function snapshotOf(program: string): Promise<string> {
  const [main, output, config] = ['main.cjs', 'blob', 'sea.json']
  await writeFile(join(work, main), snapshotScript(program))
  const settings = { main, output, useSnapshot: true, disableExperimentalSEAWarning: true }
  await writeFile(join(work, config), JSON.stringify(settings))
  const seeds = ['--random-seed=1', '--hash-seed=1', '--no-warnings']
  await promisify(execFile)(process.execPath, [...seeds, '--experimental-sea-config', config], {
    cwd: work,
  })
  return join(work, output)
}

/** @see https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html */
async function inject(executable: string, blob: string): Promise<void> {
  const postject = fileURLToPath(import.meta.resolve('postject'))
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
  const args = [postject.replace('api.js', 'cli.js'), executable, 'NODE_SEA_BLOB', blob, ...fuse]
  await promisify(execFile)(process.execPath, args)
}
