/** Lets TypeScript's compiler be part of a module, where it does not know the file that it stands in. */
import { readFile } from 'node:fs/promises'
import type { Plugin } from 'esbuild'

/** It asks for its file to learn whether the file system reports upper case from lower. */
export function typescriptPlugin(): Plugin {
  return {
    name: 'typescript',
    setup(build) {
      build.onLoad({ filter: /[\\/]@typescript[\\/].*typescript\.js$/ }, async ({ path }) => ({
        contents: (await readFile(path, 'utf8')).replaceAll('__filename', '"/typescript.js"'),
        loader: 'js',
      }))
    },
  }
}
