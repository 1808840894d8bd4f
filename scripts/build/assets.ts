/** The files that bundled packages read at run time (WebAssembly, data, extension archives). */
import { copyFile, mkdir, readFile, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Plugin } from 'esbuild'

const ASSET_URL =
  /new URL\(\s*["']((?:\.{1,2}\/)?[\w-]+\.(?:wasm|data|tar\.gz))["']\s*,\s*import\.meta\.url\s*\)/g

const FOLDER = 'pgate-assets-folder'

/**
 * Points the packages' own `new URL('./x.wasm', import.meta.url)` at `dist/assets/x.wasm` as seen
 * from `dist/chunks/`, and notes in `assets` (name -> file) what is to be copied there.
 */
export function assetPlugin(assets: Map<string, string>): Plugin {
  return {
    name: 'assets',
    setup(build) {
      build.onLoad(
        { filter: /[\\/]@electric-sql[\\/].*\.js$/, namespace: 'file' },
        async ({ path }) => ({
          contents: (await readFile(path, 'utf8')).replaceAll(ASSET_URL, (_, relative: string) => {
            const name = basename(relative)
            assets.set(name, join(dirname(path), relative))
            return `new URL("../assets/${name}",import.meta.url)`
          }),
          loader: 'js',
        }),
      )
      // This one asks for its folder in CommonJS terms, which a module lacks; naming import.meta in
      // it would make esbuild take it for a module, so another file does.
      build.onLoad({ filter: /libpg-query\.js$/, namespace: 'file' }, async ({ path }) => {
        assets.set('libpg-query.wasm', join(dirname(path), 'libpg-query.wasm'))
        const text = await readFile(path, 'utf8')
        const contents = text.replaceAll('__dirname', `require("${FOLDER}").folder`)
        return { contents, loader: 'js' }
      })
      build.onResolve({ filter: new RegExp(`^${FOLDER}$`) }, ({ path }) => ({
        path,
        namespace: FOLDER,
      }))
      build.onLoad({ filter: /.*/, namespace: FOLDER }, () => ({
        contents: `import { fileURLToPath } from 'node:url'
          const { protocol, href } = new URL('../assets', import.meta.url)
          export const folder = protocol === 'file:' ? fileURLToPath(href) : href`,
        loader: 'js',
      }))
    },
  }
}

/** Copies the assets into `folder`; those that are there already, as they are, stay. */
export async function copyAssets(
  assets: ReadonlyMap<string, string>,
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const [name, source] of assets) {
    if (!(await isSame(source, join(folder, name)))) await copyFile(source, join(folder, name))
  }
}

async function isSame(source: string, copy: string): Promise<boolean> {
  const original = await stat(source)
  const there = await stat(copy).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined
    throw error
  })
  return there?.size === original.size && there.mtimeMs >= original.mtimeMs
}
