/** Source and packages -> `pgate.mjs`, `start.mjs`, `chunks/` and `assets/`. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type BuildOptions, build, type Metafile, type OutputFile, type Plugin } from 'esbuild'
import { bundlesOf, EMBEDDED_EXTENSIONS } from '../../src/embedded/bundles.ts'
import { checkSlim } from '../check/slim.ts'
import { assetPlugin, copyAssets } from './assets.ts'
import { builtinsPlugin } from './builtins.ts'
import { lazyPgPlugin } from './lazy.ts'
import { packagesOf, writeLicenses } from './licenses.ts'
import { namedExportsPlugin } from './named-exports.ts'
import { BUNDLED_PARTS, partComponent, partLicense, runtimeParts } from './native.ts'
import { writeSbom } from './sbom.ts'
import {
  lazyPlugin,
  lazySources,
  type StartModules,
  sharedPlugin,
  startModules,
  startText,
} from './start.ts'

const ENTRY = 'pgate.mjs'

/**
 * The entries of processes beside the program, each with all that it needs: in the executable they
 * cannot take from the start what every start of the program loads.
 */
const HELPERS = ['src/module-helper.ts', 'src/embedded-helper.ts'] as const

export interface BundleOptions {
  readonly root: string
  /** Relative to `root`. */
  readonly entry: string
  /** Made where it is missing; chunks of an earlier build are removed from it. */
  readonly outdir: string
  /** Node.js goes along: its licence and its entry in the bill of materials too. */
  readonly runtime?: boolean
}

/** A bundle that is written, as far as another form of the same program is made of it. */
export interface Bundle {
  readonly settings: Settings
  readonly modules: StartModules
  /** Points dynamic imports at the lazy parts that are written. */
  readonly parts: Plugin
}

export type Settings = BuildOptions & { readonly plugins: readonly Plugin[] }

/** Writes the bundle; rejects, after the reasons were printed, where a source cannot be built. */
export async function buildBundle({
  root,
  entry,
  outdir,
  runtime = false,
}: BundleOptions): Promise<Bundle> {
  const assets = new Map<string, string>()
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const settings = {
    ...SETTINGS,
    absWorkingDir: root,
    define: { PGATE_VERSION: JSON.stringify(version) },
    plugins: [assetPlugin(assets), builtinsPlugin(), lazyPgPlugin(), namedExportsPlugin()],
  }
  const { metafile } = await build({
    ...settings,
    // What the helpers bring along is listed, too.
    entryPoints: [{ in: entry, out: 'pgate' }, ...HELPERS.map((file) => ({ in: file, out: file }))],
    splitting: true,
    outdir,
    write: false,
    metafile: true,
  })
  for (const { name, url } of bundlesOf(EMBEDDED_EXTENSIONS)) {
    assets.set(`${name}.tar.gz`, fileURLToPath(url))
  }
  checkSlim(metafile)
  const { files, ...bundle } = await buildParts(settings, { root, entry, outdir, metafile })
  await mkdir(outdir, { recursive: true })
  const native = [...(runtime ? runtimeParts() : []), ...BUNDLED_PARTS]
  const texts = await Promise.all(native.map(partLicense))
  await writeLicenses(root, metafile, { outdir, more: texts.filter((text) => text !== undefined) })
  const components = native.map(partComponent)
  await writeSbom(root, packagesOf(metafile), { outdir, components })
  await copyAssets(assets, join(outdir, 'assets'))
  for (const file of files) await write(file)
  await removeStale(join(outdir, 'chunks'), files)
  await removeStale(join(outdir, 'helpers'), files)
  return { settings, ...bundle }
}

/**
 * The lazy parts, what every start loads, and the entry. In this order they are written: one that
 * starts meanwhile finds all the files that it names.
 */
async function buildParts(
  settings: Settings,
  { root, entry, outdir, metafile }: BundleOptions & { readonly metafile: Metafile },
): Promise<Omit<Bundle, 'settings'> & { readonly files: readonly OutputFile[] }> {
  const modules = await startModules(settings, metafile)
  const lazy = await build({
    ...settings,
    entryPoints: [...lazySources(metafile, modules)],
    plugins: [sharedPlugin(root, modules, '../start.mjs'), ...settings.plugins],
    splitting: true,
    outdir: join(outdir, 'chunks'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    write: false,
    metafile: true,
  })
  const parts = lazyPlugin(root, builtFiles(lazy.metafile))
  const one = { ...settings, write: false, outdir } as const
  const start = await build({
    ...one,
    stdin: { contents: startText(modules), resolveDir: root, sourcefile: 'start.mjs' },
    plugins: [parts, ...settings.plugins],
    entryNames: 'start',
  })
  const main = await build({
    ...one,
    entryPoints: { pgate: entry },
    plugins: [parts, sharedPlugin(root, modules, './start.mjs'), ...settings.plugins],
  })
  const helpers = await build({
    ...one,
    entryPoints: [...HELPERS],
    splitting: true,
    outdir: join(outdir, 'helpers'),
    chunkNames: '[name]-[hash]',
  })
  const outputs = [lazy, helpers, start, main]
  return { modules, parts, files: outputs.flatMap(({ outputFiles }) => outputFiles) }
}

/** `./chunks/pipeline-….mjs`, by `src/gate/pipeline.ts`. */
function builtFiles({ outputs }: Metafile): ReadonlyMap<string, string> {
  const entries = Object.entries(outputs).flatMap(([path, { entryPoint }]) =>
    entryPoint === undefined ? [] : [[entryPoint, `./chunks/${basename(path)}`] as const],
  )
  return new Map(entries)
}

const SETTINGS = {
  outExtension: { '.js': '.mjs' },
  bundle: true,
  format: 'esm',
  platform: 'node',
  target: 'node24',
  minify: true,
  keepNames: true,
  legalComments: 'none',
  // pg and PGlite ask for these where somebody installed them, which nobody does here.
  external: ['pg-native', 'ws'],
  // CommonJS packages ask for Node's own modules with require, which a module lacks.
  banner: {
    js: "import{createRequire as pgateRequire}from'node:module';const require=pgateRequire(import.meta.url);",
  },
  logLevel: 'warning',
} as const satisfies BuildOptions

function isEntry(file: OutputFile): boolean {
  return basename(file.path) === ENTRY
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
async function removeStale(folder: string, files: readonly OutputFile[]): Promise<void> {
  const fresh = new Set(files.map((file) => basename(file.path)))
  const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return []
    throw error
  })
  for (const name of names) {
    if (!fresh.has(name)) await rm(join(folder, name), { force: true })
  }
}
