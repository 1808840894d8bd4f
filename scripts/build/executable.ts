/**
 * Builds `executable/`: what the image holds. `pgate` is Node.js itself with a start-up snapshot of what
 * every start needs, with the rest of the program, compiled, and with all files that it reads. Nothing
 * else is needed to run it.
 * @see docs/decisions/0070-one-file-in-the-image.md
 */
import { execFile, fork } from 'node:child_process'
import { once } from 'node:events'
import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { INSIDE } from './embedded-files.ts'
import { writeNotices } from './notices.ts'
import { buildScripts } from './scripts.ts'
import { ROOT } from './settings.ts'
import { CACHE_HELPER, REST_CACHE, REST_SCRIPT, restScript, snapshotScript } from './snapshot.ts'
import { buildTemplate } from './template.ts'

const FOLDER = join(ROOT, 'executable')
/** In the folder of this build. */
const [MAIN, CONFIG] = ['main.cjs', 'sea.json']

const TEMPLATE = join(ROOT, 'dist/embedded')

await mkdir(FOLDER, { recursive: true })
const { start, rest, helpers, files, metafile } = await buildScripts()
await writeNotices(metafile, { outdir: FOLDER, runtime: true })
await buildTemplate(TEMPLATE)
const work = await mkdtemp(join(tmpdir(), 'pgate-executable-'))
try {
  const assets = new Map(files)
  assets.set('embedded/template.tar.zst', join(TEMPLATE, 'template.tar.zst'))
  for (const [name, text] of helpers)
    assets.set(name, await writeWork(name.replace('/', '-'), text))
  assets.set(REST_SCRIPT, await writeWork(REST_SCRIPT, restScript(rest)))
  await writeWork(MAIN, snapshotScript(start))
  assets.set(REST_CACHE, await cacheOf(assets))
  await executableOf({ assets }, join(work, 'pgate'))
  await copyFile(join(work, 'pgate'), join(FOLDER, 'pgate.new'))
  await rename(join(FOLDER, 'pgate.new'), join(FOLDER, 'pgate'))
} finally {
  await rm(work, { recursive: true })
}

async function writeWork(name: string, text: string): Promise<string> {
  await writeFile(join(work, name), text)
  return join(work, name)
}

/**
 * What V8 makes of `rest`, so that it is not compiled when it is used. V8 takes such a cache only where it
 * starts from the same snapshot, so an executable with that snapshot makes it.
 */
async function cacheOf(assets: ReadonlyMap<string, string>): Promise<string> {
  const helper = 'helpers/cache.mjs'
  const [executable, cache] = [join(work, 'without-cache'), join(work, REST_CACHE)]
  const more = new Map(assets).set(helper, await writeWork('cache.mjs', CACHE_HELPER))
  // V8's only option that it does not compare: the same bytes at every build.
  await executableOf({ assets: more, execArgv: ['--random-seed=1'] }, executable)
  const child = fork(INSIDE + helper, [cache], { execPath: executable, execArgv: [] })
  const [code] = await once(child, 'exit')
  if (code !== 0) throw new Error(`the cache of ${REST_SCRIPT} was not made: exit code ${code}`)
  return cache
}

/**
 * Writes a copy of Node.js with the snapshot and with assets. The names that the snapshot keeps are
 * relative: the folder's own is another at every build.
 */
async function executableOf(
  { assets, ...more }: { assets: ReadonlyMap<string, string>; execArgv?: readonly string[] },
  file: string,
): Promise<void> {
  const output = `${file}.blob`
  const settings = {
    main: MAIN,
    output,
    useSnapshot: true,
    disableExperimentalSEAWarning: true,
    assets: Object.fromEntries(assets),
    ...more,
  }
  await writeWork(CONFIG, JSON.stringify(settings))
  // V8 puts its seeds into a snapshot: with those of its own no build would be like another.
  const seeds = ['--random-seed=1', '--hash-seed=1', '--no-warnings']
  const args = [...seeds, '--experimental-sea-config', CONFIG]
  await promisify(execFile)(process.execPath, args, { cwd: work })
  await copyFile(process.execPath, file)
  await inject(file, output)
}

/** @see https://nodejs.org/docs/latest-v24.x/api/single-executable-applications.html */
async function inject(executable: string, blob: string): Promise<void> {
  const postject = fileURLToPath(import.meta.resolve('postject'))
  const fuse = ['--sentinel-fuse', 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2']
  const args = [postject.replace('api.js', 'cli.js'), executable, 'NODE_SEA_BLOB', blob, ...fuse]
  await promisify(execFile)(process.execPath, args)
}
