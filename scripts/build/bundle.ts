/** Source and packages -> `pgate.mjs`, `index.mjs`, `start.mjs`, `chunks/`, `helpers/` and `assets/`. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { build, type Metafile, type OutputFile, type Plugin } from 'esbuild'
import { checkSlim } from '../check/slim.ts'
import { copyAssets } from './assets.ts'
import { writeNotices } from './notices.ts'
import { type BundleSettings, HELPERS, programSettings, ROOT } from './settings.ts'
import { lazyPlugin, lazySources, sharedPlugin, startModules, startText } from './start.ts'
import { DOORS } from './types.ts'

const ENTRY = 'src/main.ts'
const OLD_NODE = 'old-node'

/** What the package's doors lead to: lazy parts like any command. */
const LIBRARY = ['src/library/functions.ts', 'src/testing/test-databases.ts'] as const

/**
 * Writes the bundle into `outdir`, and removes chunks of an earlier one; rejects, after the reasons were
 * printed, where a source cannot be built.
 */
export async function buildBundle(outdir: string): Promise<void> {
  const assets = new Map<string, string>()
  const common = await programSettings(assets)
  const define = { ...common.define, PGATE_PGLITE: JSON.stringify(await peers()) }
  const settings = { ...common, ...MODULES, define, outdir }
  const metafile = await splitBundle(settings)
  checkSlim(metafile)
  const files = await buildParts(settings, { outdir, metafile })
  await mkdir(outdir, { recursive: true })
  await writeNotices(metafile, { outdir, runtime: false })
  await copyAssets(assets, join(outdir, 'assets'))
  for (const file of files) await write(file)
  const names = [...files.map((file) => basename(file.path)), ...assets.keys()]
  for (const part of ['chunks', 'helpers', 'assets']) await removeStale(join(outdir, part), names)
}

/** What the built-in PostgreSQL consists of: those who want it install it, in these versions. */
async function peers(): Promise<Readonly<Record<string, string>>> {
  const text = await readFile(join(ROOT, 'package.json'), 'utf8')
  const { peerDependencies, devDependencies } = JSON.parse(text)
  const names = Object.keys(peerDependencies)
  return Object.fromEntries(names.map((name) => [name, devDependencies[name]]))
}

/** The program as the bundler cuts it, to be looked at: which modules does a start load? */
export async function splitBundle(settings: BundleSettings): Promise<Metafile> {
  const { metafile } = await build({
    ...settings,
    ...MODULES,
    // What the helpers bring along is listed, too.
    entryPoints: [{ in: ENTRY, out: 'pgate' }, ...HELPERS.map((file) => ({ in: file, out: file }))],
    splitting: true,
    outdir: 'dist',
  })
  return metafile
}

/**
 * The lazy parts, what every start loads, and the entry. In this order they are written: one that
 * starts meanwhile finds all the files that it names.
 */
async function buildParts(
  settings: BundleSettings,
  { outdir, metafile }: { readonly outdir: string; readonly metafile: Metafile },
): Promise<readonly OutputFile[]> {
  const modules = await startModules(settings, metafile)
  const lazy = await build({
    ...settings,
    entryPoints: [...new Set([...lazySources(metafile, modules), ...LIBRARY])],
    plugins: [sharedPlugin(ROOT, modules, '../start.mjs'), ...settings.plugins],
    splitting: true,
    outdir: join(outdir, 'chunks'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
  })
  const built = builtFiles(lazy.metafile)
  const parts = lazyPlugin(ROOT, built)
  const start = await build({
    ...settings,
    stdin: { contents: startText(modules), resolveDir: ROOT, sourcefile: 'start.mjs' },
    plugins: [parts, ...settings.plugins],
    entryNames: 'start',
  })
  const main = await build({
    ...settings,
    entryPoints: { pgate: ENTRY, [OLD_NODE]: `src/${OLD_NODE}.ts` },
    plugins: [
      oldNodePlugin(),
      parts,
      sharedPlugin(ROOT, modules, './start.mjs'),
      ...settings.plugins,
    ],
  })
  const doors = await build({
    ...settings,
    entryPoints: DOORS.map((name) => `src/${name}.ts`),
    plugins: [
      lazyPlugin(ROOT, built, 'import-statement'),
      sharedPlugin(ROOT, modules, './start.mjs'),
      ...settings.plugins,
    ],
  })
  const helpers = await build({
    ...settings,
    entryPoints: [...HELPERS],
    splitting: true,
    outdir: join(outdir, 'helpers'),
    chunkNames: '[name]-[hash]',
  })
  return [lazy, helpers, start, main, doors].flatMap(({ outputFiles }) => outputFiles)
}

/** A file of its own: what the entry holds itself is evaluated after all that it imports. */
function oldNodePlugin(): Plugin {
  return {
    name: OLD_NODE,
    setup({ onResolve }) {
      onResolve({ filter: new RegExp(`^\\./${OLD_NODE}\\.ts$`) }, () => ({
        path: `./${OLD_NODE}.mjs`,
        external: true,
      }))
    },
  }
}

/** `./chunks/pipeline-….mjs`, by `src/gate/steps.ts`. */
function builtFiles({ outputs }: Metafile): ReadonlyMap<string, string> {
  const entries = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, `./chunks/${basename(path)}`] as const],
  )
  return new Map(entries)
}

const MODULES = {
  // What the built-in PostgreSQL takes is installed by those who want it.
  external: ['@electric-sql/*'],
  outExtension: { '.js': '.mjs' },
  // CommonJS packages ask for Node's own modules with require, which a module lacks.
  banner: {
    js: "import{createRequire as pgateRequire}from'node:module';const require=pgateRequire(import.meta.url);",
  },
}

function isEntry(file: OutputFile): boolean {
  return basename(file.path) === 'pgate.mjs'
}

/** Replaces the file at once, so that nobody reads half of one. */
async function write(file: OutputFile): Promise<void> {
  const shebang = isEntry(file) ? '#!/usr/bin/env node\n' : ''
  const temporary = `${file.path}.${process.pid}`
  await mkdir(dirname(file.path), { recursive: true })
  await writeFile(temporary, shebang + file.text, { mode: isEntry(file) ? 0o755 : 0o644 })
  await rename(temporary, file.path)
}

/** Chunks carry a hash in their names: those of the build before would pile up. */
async function removeStale(folder: string, fresh: readonly string[]): Promise<void> {
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    if (!fresh.includes(name)) await rm(join(folder, name), { force: true })
  }
}
