/**
 * Builds `executable/`: what the image holds. `pgate` is Node.js itself with a start-up snapshot of the
 * whole program in it, and with all files that the program reads. Nothing else is needed to run it.
 * @see docs/decisions/0070-one-file-in-the-image.md
 */
import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { writeNotices } from './notices.ts'
import { buildScripts } from './scripts.ts'
import { ROOT } from './settings.ts'
import { snapshotScript } from './snapshot.ts'
import { buildTemplate } from './template.ts'

const FOLDER = join(ROOT, 'executable')
const TEMPLATE = join(ROOT, 'dist/embedded')

await mkdir(FOLDER, { recursive: true })
const { program, helpers, files, metafile } = await buildScripts()
await writeNotices(metafile, { outdir: FOLDER, runtime: true })
await buildTemplate(TEMPLATE)
const work = await mkdtemp(join(tmpdir(), 'pgate-executable-'))
try {
  const assets = new Map(files)
  assets.set('embedded/template.tar.zst', join(TEMPLATE, 'template.tar.zst'))
  for (const [name, text] of helpers)
    assets.set(name, await writeWork(name.replace('/', '-'), text))
  const main = await writeWork('main.cjs', snapshotScript(program))
  const executable = join(work, 'pgate')
  await copyFile(process.execPath, executable)
  await inject(executable, await blobOf(main, assets))
  await copyFile(executable, join(FOLDER, 'pgate.new'))
  await rename(join(FOLDER, 'pgate.new'), join(FOLDER, 'pgate'))
} finally {
  await rm(work, { recursive: true })
}

async function writeWork(name: string, text: string): Promise<string> {
  await writeFile(join(work, name), text)
  return join(work, name)
}

/** Writes what Node.js finds in its own executable, snapshot and assets, and gives its path. */
async function blobOf(main: string, assets: ReadonlyMap<string, string>): Promise<string> {
  const output = join(work, 'blob')
  const settings = {
    main,
    output,
    useSnapshot: true,
    disableExperimentalSEAWarning: true,
    assets: Object.fromEntries(assets),
  }
  const config = await writeWork('sea.json', JSON.stringify(settings))
  // V8 puts its seeds into a snapshot: with those of its own no build would be like another.
  const seeds = ['--random-seed=1', '--hash-seed=1', '--no-warnings']
  await promisify(execFile)(process.execPath, [...seeds, '--experimental-sea-config', config], {
    cwd: work,
  })
  return output
}

/** @see https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html */
async function inject(executable: string, blob: string): Promise<void> {
  const postject = fileURLToPath(import.meta.resolve('postject'))
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
  const args = [postject.replace('api.js', 'cli.js'), executable, 'NODE_SEA_BLOB', blob, ...fuse]
  await promisify(execFile)(process.execPath, args)
}
