import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'
import { IS_BUILT } from '../../base/version.ts'
import { runEmbedded } from '../../helpers/embedded-script.ts'

export interface ToCompile {
  readonly file: string
  readonly text: string
  /** `compilerOptions` of the nearest tsconfig.json. */
  readonly options: Readonly<Record<string, unknown>>
  /** Wanted, where the text is possible as that. */
  readonly asCommonJs: boolean
}

export type Compiled =
  | { readonly kind: 'code'; readonly code: string; readonly isCommonJs: boolean }
  | {
      readonly kind: 'fault'
      readonly message: string
      readonly line: number
      readonly column: number
    }

export type Compile = (what: ToCompile) => Compiled

const ENTRY = new URL(
  IS_BUILT ? '../helpers/typescript.mjs' : '../../typescript.ts',
  import.meta.url,
)

let loaded: Compile | undefined

/** TypeScript's compiler, which takes some tenths of a second and a hundred megabytes to load. */
export const compile: Compile = (what) => {
  loaded ??= load().compile
  return loaded(what)
}

function load(): { readonly compile: Compile } {
  if (ENTRY.protocol === 'asset:') return runEmbedded(ENTRY.href) as { compile: Compile }
  return createRequire(import.meta.url)(fileURLToPath(ENTRY))
}
