/** Keeps pg from loading at its start what most connections never use. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Plugin } from 'esbuild'

/** What is loaded when it is first used: cryptography for passwords, and look-ups pgate does itself. */
const LAZY: Readonly<Record<string, readonly string[]>> = {
  'client.js': ['./crypto/sasl', './crypto/utils'],
  // One of its constants is read for every connection.
  'sasl.js': ['./utils'],
  'connection-parameters.js': ['dns'],
}

/**
 * Rewrites `const x = require('y')` in pg's modules so that `y` is loaded at the first use of `x`.
 * The build fails where pg no longer reads as it did, so that nobody loses the gain unawares.
 */
export function lazyPgPlugin(): Plugin {
  return {
    name: 'lazy-pg',
    setup(build) {
      build.onLoad(
        {
          filter: /[\\/]pg[\\/]lib[\\/](crypto[\\/]sasl|client|connection-parameters)\.js$/,
          namespace: 'file',
        },
        async ({ path }) => ({
          contents: madeLazy(await readFile(path, 'utf8'), LAZY[basename(path)] ?? []),
          loader: 'js',
        }),
      )
    },
  }
}

function madeLazy(text: string, modules: readonly string[]): string {
  return modules.reduce((made, module) => {
    const eager = new RegExp(`^const (\\w+) = require\\('${RegExp.escape(module)}'\\)$`, 'm')
    if (!eager.test(made)) throw new Error(`pg no longer requires '${module}' as it did`)
    return made.replace(
      eager,
      `const $1 = new Proxy({}, { get: (_, name) => require('${module}')[name] })`,
    )
  }, text)
}
