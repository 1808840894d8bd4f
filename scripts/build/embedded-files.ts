/** Lets the packages read from within the executable the files that `assets.ts` points them at. */
import type { Plugin } from 'esbuild'

/** What a file within the executable is called: `asset:/assets/pglite.wasm`. */
export const INSIDE = 'asset:/'

/** Where the program's own code is, seen from the files that it names relative to itself. */
export const CODE_URL = `${INSIDE}chunks/pgate`

const NAMESPACE = 'embedded-files'
const READERS = /[\\/](?:@electric-sql|libpg-query)[\\/]/

/** Of each of Node's modules that the packages read files with, what is to know those URLs. */
const FACADES: Readonly<Record<string, string>> = {
  fs: `{
    ...fs,
    existsSync: (path) => isInside(path) || fs.existsSync(path),
    readFileSync: (path, options) => isInside(path) ? contents(path) : fs.readFileSync(path, options),
    createReadStream: (path) => require('node:stream').Readable.from([contents(path)]),
  }`,
  'fs/promises': `{
    ...fs.promises,
    readFile: async (path, options) => isInside(path) ? contents(path) : fs.promises.readFile(path, options),
  }`,
  // Asked for with the URL of the asking module, which is none that a file has.
  module: `{ createRequire: () => require }`,
}

const COMMON = `
  const fs = require('node:fs')
  const isInside = (path) => String(path).startsWith(${JSON.stringify(INSIDE)})
  const contents = (path) => Buffer.from(
    require('node:sea').getAsset(String(path).slice(${INSIDE.length})))`

/**
 * Gives the packages that read files at run time a `fs` that also reads what is embedded. They ask
 * for it by `import()` or `require`; what they import at their start works on real files.
 * @see https://nodejs.org/api/single-executable-applications.html#assets
 */
export function embeddedFilesPlugin(): Plugin {
  return {
    name: NAMESPACE,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^(?:node:)?(?:fs|fs\/promises|module)$/ }, ({ path, kind, importer }) =>
        kind !== 'import-statement' && READERS.test(importer)
          ? { path: path.replace(/^node:/, ''), namespace: NAMESPACE }
          : undefined,
      )
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: `${COMMON}\nmodule.exports = ${FACADES[path]}`,
        loader: 'js',
      }))
    },
  }
}
