/** How the program is bundled, in each of its forms. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BuildOptions, Plugin } from 'esbuild'
import { assetPlugin } from './assets.ts'
import { builtinsPlugin } from './builtins.ts'
import { namedExportsPlugin } from './named-exports.ts'
import { slimPinoPlugin } from './pino.ts'
import { treeShakenPlugin } from './tree-shaken.ts'
import { typescriptPlugin } from './typescript.ts'

export const ROOT = join(import.meta.dirname, '../..')

/** The entries of processes next to the program, each with all that it needs. */
export const HELPERS = [
  'src/module-helper.ts',
  'src/embedded-helper.ts',
  'src/typescript.ts',
] as const

export type BundleSettings = BuildOptions & {
  readonly plugins: Plugin[]
  readonly write: false
  readonly metafile: true
}

/** @param assets is given what a bundle by these settings reads at run time: name -> file */
export async function programSettings(assets: Map<string, string>): Promise<BundleSettings> {
  const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8'))
  return {
    absWorkingDir: ROOT,
    define: { PGATE_VERSION: JSON.stringify(version) },
    plugins: [
      assetPlugin(assets),
      builtinsPlugin(),
      slimPinoPlugin(),
      namedExportsPlugin(),
      typescriptPlugin(),
      treeShakenPlugin(ROOT),
    ],
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: true,
    keepNames: true,
    legalComments: 'none',
    // PGlite asks for it where somebody installed it, which nobody does here.
    external: ['ws'],
    logLevel: 'warning',
    write: false,
    metafile: true,
  }
}
