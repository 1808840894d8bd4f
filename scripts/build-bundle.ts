/** Source and packages -> `pgate.mjs`, `chunks/` and `assets/`. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type BuildOptions, build, type OutputFile } from 'esbuild'
import { assetPlugin, copyAssets } from './build-assets.ts'
import { lazyPgPlugin } from './build-lazy.ts'
import { packagesOf, writeLicenses } from './build-licenses.ts'
import { namedExportsPlugin } from './build-named-exports.ts'
import { writeSbom } from './build-sbom.ts'
import { checkSlim } from './check-slim.ts'

const ENTRY = 'pgate.mjs'

export interface BundleOptions {
  readonly root: string
  /** Relative to `root`. */
  readonly entry: string
  /** Made where it is missing; chunks of an earlier build are removed from it. */
  readonly outdir: string
}

/** Writes the bundle; rejects, after the reasons were printed, where a source cannot be built. */
export async function buildBundle({ root, entry, outdir }: BundleOptions): Promise<void> {
  const assets = new Map<string, string>()
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
  const { outputFiles, metafile } = await build({
    ...SETTINGS,
    absWorkingDir: root,
    entryPoints: { pgate: entry },
    outdir,
    define: { PGATE_VERSION: JSON.stringify(version) },
    plugins: [assetPlugin(assets), lazyPgPlugin(), namedExportsPlugin()],
    write: false,
    metafile: true,
  })
  checkSlim(metafile)
  await mkdir(outdir, { recursive: true })
  await writeLicenses(root, metafile, outdir)
  await writeSbom(root, packagesOf(metafile), outdir)
  await copyAssets(assets, join(outdir, 'assets'))
  // The entry comes last: one that starts meanwhile finds all the chunks that it names.
  const chunksFirst = outputFiles.toSorted((a, b) => Number(isEntry(a)) - Number(isEntry(b)))
  for (const file of chunksFirst) await write(file)
  await removeStale(join(outdir, 'chunks'), outputFiles)
}

const SETTINGS = {
  outExtension: { '.js': '.mjs' },
  chunkNames: 'chunks/[name]-[hash]',
  bundle: true,
  splitting: true,
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
