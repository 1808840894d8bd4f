/** Makes `await import('package')` give in the bundle what it gives in Node.js. */
import { pathToFileURL } from 'node:url'
import type { Plugin } from 'esbuild'

const PACKAGE_NAME = /^[\w@]/
const FACADE = 'named-exports'

/**
 * A CommonJS package that is imported lazily has, in esbuild's chunk, a default export alone, while
 * Node.js shows its names too. So the lazy import goes to a module that names every export, as
 * Node.js lists them.
 * @see https://esbuild.github.io/content-types/#default-interop
 */
export function namedExportsPlugin(): Plugin {
  return {
    name: FACADE,
    setup(build) {
      build.onResolve({ filter: PACKAGE_NAME }, async ({ path, kind, resolveDir, importer }) => {
        if (kind !== 'dynamic-import' || path.startsWith('node:')) return undefined
        if (importer.includes('node_modules')) return undefined
        const found = await build.resolve(path, { kind: 'import-statement', resolveDir, importer })
        if (found.external || found.errors.length > 0) return found
        return { path: found.path, namespace: FACADE, pluginData: { path, resolveDir } }
      })
      build.onLoad({ filter: /.*/, namespace: FACADE }, async ({ path, pluginData }) => {
        const names = Object.keys(await import(pathToFileURL(path).href))
        const listed = names.filter((name) => /^[\w$]+$/.test(name) && name !== 'module.exports')
        const contents = `export { ${listed.join(', ')} } from ${JSON.stringify(path)}`
        return { contents, resolveDir: pluginData.resolveDir, loader: 'js' }
      })
    },
  }
}
