/** Source and packages -> the scripts that an executable holds. */
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, type Metafile } from 'esbuild'
import { bundlesOf, EMBEDDED_EXTENSIONS } from '../../src/embedded/bundles.ts'
import { splitBundle } from './bundle.ts'
import { CODE_URL, embeddedFilesPlugin } from './embedded-files.ts'
import { type BundleSettings, HELPERS, programSettings, ROOT } from './settings.ts'
import { lazyPlugin, lazySources, sharedPlugin, startModules, startText } from './start.ts'

/** What `start` requires of `rest`, by the name of a source. */
export const REST = 'rest:'

/** What `rest` requires for the modules that it shares with `start`. */
export const START = 'start.mjs'

export interface Scripts {
  /** What every start needs. */
  readonly start: string
  /** All else: a function for each source that a start may load later. */
  readonly rest: string
  /** A script for each process next to the program, by its name within the executable. */
  readonly helpers: ReadonlyMap<string, string>
  /** What they read: name within the executable -> file. */
  readonly files: ReadonlyMap<string, string>
  /** All that was bundled. */
  readonly metafile: Metafile
}

export async function buildScripts(): Promise<Scripts> {
  const archives = bundlesOf(EMBEDDED_EXTENSIONS).map(
    ({ name, url }) => [`${name}.tar.gz`, fileURLToPath(url)] as const,
  )
  const assets = new Map(archives)
  const common = await programSettings(assets)
  const split = await splitBundle(common)
  const modules = await startModules(common, split)
  const later = lazySources(split, modules)
  const settings: BundleSettings = {
    ...common,
    define: { ...common.define, 'import.meta.url': JSON.stringify(CODE_URL) },
    plugins: [embeddedFilesPlugin(), ...common.plugins],
    format: 'cjs',
  }
  const one = { ...settings, supported: { 'dynamic-import': false } }
  const parts = lazyPlugin(ROOT, new Map(later.map((source) => [source, REST + source])))
  const start = await scriptOf(
    { ...one, plugins: [parts, ...settings.plugins] },
    `${startText(modules)}\nimport './src/executable.ts'`,
  )
  const rest = await scriptOf(
    { ...one, plugins: [sharedPlugin(ROOT, modules, START), ...settings.plugins] },
    later.map((source) => `exports['${source}'] = () => require('./${source}')`).join('\n'),
  )
  const helpers = await Promise.all(
    HELPERS.map(async (file) => {
      const name = `helpers/${basename(file, '.ts')}.mjs`
      return { name, ...(await scriptOf(settings, `export * from './${file}'`)) }
    }),
  )
  const inputs = [start, rest, ...helpers].map(({ metafile }) => metafile.inputs)
  return {
    start: start.text,
    rest: rest.text,
    helpers: new Map(helpers.map(({ name, text }) => [name, text])),
    files: new Map([...assets].map(([name, file]) => [`assets/${name}`, file])),
    metafile: { inputs: Object.assign({}, ...inputs), outputs: {} },
  }
}

async function scriptOf(
  settings: BundleSettings,
  contents: string,
): Promise<{ readonly text: string; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    ...settings,
    stdin: { contents, resolveDir: ROOT, sourcefile: 'entry.js' },
  })
  return { text: outputFiles.map(({ text }) => text).join(''), metafile }
}
