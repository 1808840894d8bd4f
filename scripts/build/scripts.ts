/** Source and packages -> the program as one script, and one for each helper: what an executable holds. */
import { basename } from 'node:path'
import { build, type Metafile } from 'esbuild'
import { CODE_URL, embeddedFilesPlugin } from './embedded-files.ts'
import { HELPERS, programSettings, ROOT, type Settings } from './settings.ts'

const ENTRY = 'src/executable.ts'

/** What is loaded when it is used although it is there: it takes what a snapshot cannot hold. */
const LATER = /^src\/(?:postgres\/connect\/tls|sidecar\/sidecar|embedded\/embedded)\.ts$/

/** A snapshot's own `require` knows no files, and `import()` nothing at all. */
const REQUIRE = 'const require = (id) => process.getBuiltinModule(id)'

export interface Scripts {
  readonly program: string
  /** By their names within the executable. */
  readonly helpers: ReadonlyMap<string, string>
  /** What they read: name within the executable -> file. */
  readonly files: ReadonlyMap<string, string>
  /** All that was bundled. */
  readonly metafile: Metafile
}

export async function buildScripts(): Promise<Scripts> {
  const assets = new Map<string, string>()
  const common = await programSettings(assets)
  const settings: Settings = {
    ...common,
    define: { ...common.define, 'import.meta.url': JSON.stringify(CODE_URL) },
    plugins: [embeddedFilesPlugin(), ...common.plugins],
    format: 'cjs',
  }
  const one = { ...settings, banner: { js: REQUIRE }, supported: { 'dynamic-import': false } }
  const lazily = await scriptOf(one, `import './${ENTRY}'`)
  const program = await scriptOf(one, evaluatedNow(lazily.metafile))
  const helpers = await Promise.all(
    HELPERS.map(async (file) => {
      const { text, metafile } = await scriptOf(settings, `export * from './${file}'`)
      const name = `helpers/${basename(file, '.ts')}.mjs`
      return { name, text, metafile }
    }),
  )
  const inputs = [program, ...helpers].map(({ metafile }) => metafile.inputs)
  return {
    program: program.text,
    helpers: new Map(helpers.map(({ name, text }) => [name, text])),
    files: new Map([...assets].map(([name, file]) => [`assets/${name}`, file])),
    metafile: { inputs: Object.assign({}, ...inputs), outputs: {} },
  }
}

async function scriptOf(
  settings: Settings,
  contents: string,
): Promise<{ readonly text: string; readonly metafile: Metafile }> {
  const { outputFiles, metafile } = await build({
    ...settings,
    stdin: { contents, resolveDir: ROOT, sourcefile: 'entry.js' },
  })
  return { text: outputFiles.map(({ text }) => text).join(''), metafile }
}

/** The entry, after all that it would import when it is used. */
function evaluatedNow({ inputs }: Metafile): string {
  const imports = Object.values(inputs).flatMap((input) => input.imports)
  const lazy = imports.filter(({ path, kind }) => kind === 'dynamic-import' && path in inputs)
  const sources = new Set(lazy.map(({ path }) => path))
  const now = [...sources].filter((path) => path.startsWith('src/') && !LATER.test(path))
  return [...now, ENTRY].map((path) => `import './${path}'`).join('\n')
}
