import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join, resolve } from 'node:path'
import { isRecord } from '../../base/record.ts'

/** What a tsconfig.json says that matters where its files are run. */
export interface TsConfig {
  /** `compilerOptions`, those of what it extends included. */
  readonly options: Readonly<Record<string, unknown>>
  /** What `paths` and `baseUrl` make of a specifier, in the order in which they are to be tried. */
  mapped(specifier: string): readonly string[]
}

interface TsConfigSettings {
  readonly options: Record<string, unknown>
  readonly baseUrl?: string
  readonly paths?: Readonly<Record<string, unknown>>
  /** What `paths` are relative to without a `baseUrl`. */
  readonly pathsBase?: string
}

const NONE: TsConfig = { options: {}, mapped: () => [] }

/**
 * The settings of the nearest tsconfig.json above a folder. One that cannot be read counts for
 * nothing, as do settings of the wrong type: the compiler is there to complain.
 * @param known what was found before, by folder
 */
export function tsConfigOf(folder: string, known: Map<string, TsConfig>): TsConfig {
  const found = known.get(folder) ?? readConfig(folder) ?? above(folder, known)
  known.set(folder, found)
  return found
}

function above(folder: string, known: Map<string, TsConfig>): TsConfig {
  const parent = dirname(folder)
  return parent === folder ? NONE : tsConfigOf(parent, known)
}

function readConfig(folder: string): TsConfig | undefined {
  const settings = readSettings(join(folder, 'tsconfig.json'), new Set())
  if (settings === undefined) return undefined
  const { options, paths = {}, baseUrl } = settings
  const base = baseUrl ?? settings.pathsBase ?? folder
  return {
    options,
    mapped: (specifier) => [
      ...mappedBy(paths, specifier).map((path) => resolve(base, path)),
      ...(baseUrl === undefined ? [] : [resolve(baseUrl, specifier)]),
    ],
  }
}

function readSettings(file: string, seen: Set<string>): TsConfigSettings | undefined {
  const text = seen.has(file) ? undefined : readText(file)
  seen.add(file)
  const config = text === undefined ? undefined : parsed(text)
  if (!isRecord(config)) return undefined
  const folder = dirname(file)
  const inherited = [config.extends].flat().flatMap((name) => {
    const base = typeof name === 'string' ? extendedFile(file, name) : undefined
    const settings = base === undefined ? undefined : readSettings(base, seen)
    return settings === undefined ? [] : [settings]
  })
  const options = isRecord(config.compilerOptions) ? config.compilerOptions : {}
  const { paths, baseUrl } = options
  return Object.assign({}, ...inherited, {
    ...(typeof baseUrl === 'string' && { baseUrl: resolve(folder, baseUrl) }),
    ...(isRecord(paths) && { paths, pathsBase: folder }),
    options: Object.assign({}, ...inherited.map((one) => one.options), options),
  })
}

function extendedFile(from: string, name: string): string | undefined {
  const find = createRequire(from).resolve
  for (const spelled of [name, `${name}.json`, join(name, 'tsconfig.json')]) {
    try {
      return find(spelled)
    } catch {
      // The next spelling; what none of them finds is left to the compiler.
    }
  }
  return undefined
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return undefined
  }
}

const TEXT = String.raw`"(?:\\.|[^"\\])*"`
const COMMENT = new RegExp(String.raw`(${TEXT})|//[^\n]*|/\*[^]*?\*/`, 'g')
const LAST_COMMA = new RegExp(String.raw`(${TEXT})|,(?=\s*[}\]])`, 'g')

/** JSON as the compiler takes it: with comments, and a comma behind the last. */
function parsed(text: string): unknown {
  const kept = (_: string, quoted = '') => quoted
  try {
    return JSON.parse(
      text
        .replace(/^\uFEFF/, '')
        .replace(COMMENT, kept)
        .replace(LAST_COMMA, kept),
    )
  } catch {
    return undefined
  }
}

/** The patterns that match best: one without `*`, else the one with the longest text before it. */
function mappedBy(paths: Readonly<Record<string, unknown>>, specifier: string): readonly string[] {
  const [best] = Object.keys(paths)
    .flatMap((pattern) => {
      const [before = '', after] = pattern.split('*')
      if (after === undefined)
        return pattern === specifier ? [{ pattern, rest: '', rank: Infinity }] : []
      const isMatch = specifier.startsWith(before) && specifier.endsWith(after)
      if (!isMatch || specifier.length < before.length + after.length) return []
      const rest = specifier.slice(before.length, specifier.length - after.length)
      return [{ pattern, rest, rank: before.length }]
    })
    .toSorted((one, other) => other.rank - one.rank)
  if (best === undefined) return []
  return [paths[best.pattern]]
    .flat()
    .flatMap((path) => (typeof path === 'string' ? [path.replace('*', () => best.rest)] : []))
}

/** Whether a class defines its fields, or assigns them: before ES2022 it did, and the default goes by that. */
export function definesFields({ useDefineForClassFields, target }: TsConfig['options']): boolean {
  if (typeof useDefineForClassFields === 'boolean') return useDefineForClassFields
  return !/^es(?:3|5|6|20(?:1\d|2[01]))$/i.test(String(target))
}
