/** Takes Node's own modules as they are, and not as the module loader presents them. */
import { readFile } from 'node:fs/promises'
import { isBuiltin } from 'node:module'
import type { Plugin } from 'esbuild'

const NAMESPACE = 'builtin'

const LATE = /\bimport\('(node:[\w/]+)'\)/g

/**
 * For an `import` of one of its own modules Node.js makes a module with an export for each of its
 * properties, and reads them all to do so: `node:process` opens standard input, `node:util` loads a
 * text decoder. Asked for directly they cost nothing of the kind.
 * @see https://nodejs.org/api/process.html#processgetbuiltinmoduleid
 */
export function builtinsPlugin(): Plugin {
  return {
    name: 'builtins',
    setup({ onResolve, onLoad }) {
      onResolve({ filter: /^[\w:/]+$/ }, ({ path, kind }) =>
        isBuiltin(path) && kind === 'import-statement' ? { path, namespace: NAMESPACE } : undefined,
      )
      onLoad({ filter: /.*/, namespace: NAMESPACE }, ({ path }) => ({
        contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)})`,
        loader: 'js',
      }))
      // What is asked for at its first use would be presented then.
      onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, async ({ path }) => {
        const text = await readFile(path, 'utf8')
        const contents = text.replaceAll(LATE, "Promise.resolve(process.getBuiltinModule('$1'))")
        return text === contents ? undefined : { contents, loader: 'ts' }
      })
    },
  }
}
