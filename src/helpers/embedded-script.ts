import Module from 'node:module'
import { getAsset } from 'node:sea'

/**
 * Runs a script that is embedded in the executable, and returns what it exports. Unlike one of `vm`'s
 * it may `import()` files as any file may.
 * @param url `asset:/helpers/name.mjs`
 */
export function runEmbedded(url: string): unknown {
  const script = new Module(url)
  const compile: unknown = Reflect.get(script, '_compile')
  if (typeof compile !== 'function') throw new Error('this Node.js compiles no text of a module')
  Reflect.apply(compile, script, [getAsset(url.slice('asset:/'.length), 'utf8'), url])
  return script.exports
}
