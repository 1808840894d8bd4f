import { statSync } from 'node:fs'
import { dirname, extname, join, resolve } from 'node:path'
import { type TsConfig, tsConfigOf } from './tsconfig.ts'

/** Finds files by the names that modules import them by, as tsx does. */
export interface LocalFiles {
  /**
   * The file that a specifier means: by a relative or absolute name, or by `paths` and `baseUrl` of
   * the nearest tsconfig.json; endings may be left out, `.js` may mean `.ts`, and a folder its index.
   * Undefined for a package, and for what is not there.
   * @param from the file that imports it, absolute
   */
  find(specifier: string, from: string): string | undefined
  /** The same for a path; of a file that is TypeScript or not. */
  at(path: string, isTyped: boolean): string | undefined
  tsConfig(file: string): TsConfig
}

/** What a name may mean where a TypeScript file imports it, the first that is there. */
const TYPED: Readonly<Record<string, readonly string[]>> = {
  '.js': ['.ts', '.tsx', '.js', '.jsx'],
  '.jsx': ['.tsx', '.ts', '.jsx', '.js'],
  '.mjs': ['.mts', '.mjs'],
  '.cjs': ['.cts', '.cjs'],
}
const ENDINGS = ['.ts', '.tsx', '.mts', '.cts', '.js', '.jsx', '.mjs', '.cjs', '.json']

const IS_PATH = /^(?:\.{0,2}\/|\.{1,2}$)/

/** Remembers what it has read of tsconfig.json files, and nothing of the files that it finds. */
export function localFiles(): LocalFiles {
  const known = new Map<string, TsConfig>()
  const tsConfig = (file: string) => tsConfigOf(dirname(file), known)
  const at: LocalFiles['at'] = (path, isTyped) => candidates(path, isTyped).find(isFile)
  return {
    at,
    tsConfig,
    find: (specifier, from) => {
      const isTyped = isTypeScript(from)
      if (IS_PATH.test(specifier)) return at(resolve(dirname(from), specifier), isTyped)
      if (isOfPackage(from) || specifier.startsWith('node:')) return undefined
      for (const path of tsConfig(from).mapped(specifier)) {
        const file = at(path, true)
        if (file !== undefined) return file
      }
      return undefined
    },
  }
}

/** Whether a file is TypeScript, by its ending. */
export function isTypeScript(file: string): boolean {
  return /\.(?:[cm]?ts|tsx)$/.test(file)
}

/** Whether a file is an installed package's. */
export function isOfPackage(file: string): boolean {
  return /[\\/]node_modules[\\/]/.test(file)
}

function candidates(path: string, isTyped: boolean): readonly string[] {
  const ending = extname(path)
  const typed = (TYPED[ending] ?? []).map((one) => path.slice(0, -ending.length) + one)
  return [
    ...(isTyped ? [...typed, path] : [path, ...typed]),
    ...ENDINGS.map((one) => `${path}${one}`),
    ...ENDINGS.map((one) => join(path, `index${one}`)),
  ]
}

function isFile(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isFile() === true
  } catch {
    // Not to be looked at: the caller that reads it says why.
    return false
  }
}
