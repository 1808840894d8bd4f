import type { FlywaySettings } from './settings.ts'

/** What the name of a file says. */
export type FileName =
  | Versioned<'versioned'>
  | Versioned<'undo'>
  | Versioned<'baseline'>
  | Unversioned
  /** SQL that Flyway runs around others, and never records; `event` as its documentation has it. */
  | { readonly kind: 'callback'; readonly event: string }
  /** Meant as a migration, it seems, and none to Flyway. */
  | { readonly kind: 'nearly'; readonly prefix: string }
  | { readonly kind: 'other' }

interface Unversioned {
  readonly kind: 'repeatable'
  readonly version?: never
  readonly description: string
  readonly language?: never
}

interface Versioned<Kind extends string> {
  readonly kind: Kind
  /** As Flyway writes it: `1.2`, leading zeros kept. */
  readonly version: string
  readonly description: string
  /** Of a file that is no SQL. */
  readonly language?: 'Java' | 'Kotlin'
}

/** How the files of a folder are named. */
export interface Naming {
  readonly separator: string
  readonly suffixes: readonly string[]
  /** The longest first, as the first that fits counts. */
  readonly prefixes: readonly (readonly [
    string,
    'versioned' | 'undo' | 'baseline' | 'repeatable',
  ])[]
}

export function namingOf({ values }: Pick<FlywaySettings, 'values'>): Naming {
  const prefixes = [
    [values.get('sqlmigrationprefix') ?? 'V', 'versioned'],
    [values.get('undosqlmigrationprefix') ?? 'U', 'undo'],
    [values.get('baselinemigrationprefix') ?? 'B', 'baseline'],
    [values.get('repeatablesqlmigrationprefix') ?? 'R', 'repeatable'],
  ] as const
  return {
    separator: values.get('sqlmigrationseparator') ?? '__',
    suffixes: (values.get('sqlmigrationsuffixes') ?? '.sql').split(',').map((one) => one.trim()),
    prefixes: prefixes.toSorted(([one], [other]) => other.length - one.length),
  }
}

const EVENT = /^(?:before|after|create)[A-Z][A-Za-z]*$/

/** Flyway runs classes of these names; their sources may lie in the folder. */
const LANGUAGES = { '.java': 'Java', '.kt': 'Kotlin' } as const

/** What Flyway takes a file for, by its name without the folders. */
export function parseName(name: string, naming: Naming): FileName {
  const suffix = naming.suffixes.find((one) => name.toLowerCase().endsWith(one.toLowerCase()))
  if (suffix !== undefined) return parseStem(name.slice(0, name.length - suffix.length), naming)
  const [ending, language] = Object.entries(LANGUAGES).find(([one]) => name.endsWith(one)) ?? []
  const parsed = parseStem(name.slice(0, name.length - (ending?.length ?? 0)), naming)
  const isCode = language !== undefined && parsed.kind === 'versioned'
  return isCode ? { ...parsed, language } : { kind: 'other' }
}

function parseStem(stem: string, { separator, prefixes }: Naming): FileName {
  const [event = ''] = stem.split(separator)
  if (EVENT.test(event)) return { kind: 'callback', event }
  const [prefix, kind] = prefixes.find(([one]) => stem.startsWith(one)) ?? []
  if (prefix === undefined || kind === undefined) return { kind: 'other' }
  const rest = stem.slice(prefix.length)
  const at = rest.indexOf(separator)
  const left = at === -1 ? rest : rest.slice(0, at)
  const description = at === -1 ? '' : rest.slice(at + separator.length).replaceAll('_', ' ')
  const version = left.replaceAll('_', '.')
  if (kind === 'repeatable' && at === 0) return { kind, description }
  if (kind !== 'repeatable' && /^\d+(?:\.\d+)*$/.test(version))
    return { kind, version, description }
  const isNear =
    prefix !== '' && (kind === 'repeatable' || kind === 'versioned') && /^[\d_]/.test(rest)
  return isNear ? { kind: 'nearly', prefix } : { kind: 'other' }
}
