import { fileURLToPath } from 'node:url'
import { isRecord } from '../base/record.ts'
import { nearest } from '../base/suggest.ts'
import { TRUE_OR_FALSE } from '../config/choices.ts'
import type { ConfigProblem } from '../config/config.ts'
import { ON_OR_OFF } from '../config/report-variables.ts'
import { describeFound, MAX_DURATION_MS } from '../config/values.ts'
import type { Variable } from '../config/variable.ts'
import { type ConfigOptions, VARIABLES } from '../config/variables.ts'
import { isLogger } from './logger.ts'

type Row = (typeof VARIABLES)[number]

/** What of the table says something to a program: its log is handed in, and nothing stays behind. */
const ELSEWHERE = ['logLevel', 'logFormat', 'models', 'testSeed'] as const
const ELSEWHERE_GROUPS = ['sidecar', 'fleet'] as const

type Setting = Exclude<
  Extract<Row, { readonly option: string }>,
  | { readonly option: (typeof ELSEWHERE)[number] }
  | { readonly group: (typeof ELSEWHERE_GROUPS)[number] }
>
type FleetSetting = Extract<Row, { readonly group: 'fleet' }>

/** Every setting of docs/configuration.md by the name of its option; a duration is in milliseconds. */
export type Settings = SettingsOf<Setting>

/** The settings of a fleet. */
export type FleetSettings = SettingsOf<FleetSetting>

type SettingsOf<One extends Row & { readonly option: string }> = {
  readonly [Each in One as Each['option']]?: ValueOf<Each> | undefined
}

/** What a program writes for a value of each kind. */
interface Values {
  duration: number
  durationOrZero: number
  durationOrNone: number | 'none'
  count: number
  countOrNone: number | 'none'
  index: number
  rows: number
  extensions: readonly string[]
  paths: readonly string[]
  patterns: readonly string[]
  rules: readonly string[]
  command: string | readonly string[]
  url: string | URL
}

type ValueOf<One extends Row> = One extends { readonly words: readonly (infer Word)[] }
  ? Word extends 'true' | 'false' | 'on' | 'off'
    ? boolean
    : Word
  : One extends { readonly option: 'migrations' }
    ? string | URL
    : One['kind'] extends keyof Values
      ? Values[One['kind']]
      : string

/** The variables that are options of the library, with what a program writes for each. */
export function librarySettings(kind: 'all' | 'fleet'): readonly Variable[] {
  return VARIABLES.filter((variable: Variable) => {
    const { option, group } = variable
    if (option === undefined || ELSEWHERE.some((one) => one === option)) return false
    return group === 'fleet' ? kind === 'fleet' : group !== 'sidecar'
  })
}

/** Options as a command line has them, and what is wrong with those that it could not have. */
export interface ReadSettings {
  readonly options: ConfigOptions
  readonly problems: readonly ConfigProblem[]
}

/** What an option may be that is no setting. */
export type OptionKind = keyof typeof OPTION_KINDS

const OPTION_KINDS = {
  boolean: { wanted: 'true or false', fits: (value) => typeof value === 'boolean' },
  string: { wanted: 'a string', fits: isText },
  strings: { wanted: 'a list of strings', fits: isTexts },
  required: { wanted: "a string, such as '-1' or 'base'", fits: isText },
  waitedFor: oneOf(['ready', 'head']),
  act: oneOf(['gate', 'status', 'verify', 'check']),
  variables: { wanted: 'an object of variables, each a string', fits: areVariables },
  signal: { wanted: 'an AbortSignal', fits: isSignal },
  logger: { wanted: 'an object with debug, info, warn and error', fits: isLogger },
  directory: {
    wanted: 'true, or a directory',
    fits: (value) => typeof value === 'boolean' || isText(value),
  },
  server: {
    wanted: 'the URL of a server',
    fits: (value) => isText(value) || value instanceof URL,
  },
  seed: {
    wanted: 'SQL, or a function',
    fits: (value) => isText(value) || typeof value === 'function',
  },
} as const satisfies Record<string, Wanted>

/** The options of every call that are no settings. */
export const COMMON = {
  env: 'variables',
  signal: 'signal',
  logger: 'logger',
  embedded: 'directory',
} as const

interface Wanted {
  readonly wanted: string
  readonly fits: (value: unknown) => boolean
}

function oneOf(words: readonly string[]): Wanted {
  return {
    wanted: `one of ${words.join(', ')}`,
    fits: (value) => words.some((one) => one === value),
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}

/**
 * The settings among a call's options as texts, for the reader that reads those of a command line; all
 * options are looked at.
 * @param own the names of the call's other options
 */
export function readSettings(
  given: Readonly<Record<string, unknown>>,
  settings: readonly Variable[],
  own: Readonly<Record<string, OptionKind>>,
): ReadSettings {
  const names = [...settings.map(({ option = '' }) => option), ...Object.keys(own)]
  const problems: ConfigProblem[] = Object.keys(given)
    .filter((name) => !names.includes(name))
    .map((name) => {
      const meant = nearest(name, names)
      const question = meant === undefined ? '' : `; did you mean ${meant}?`
      return { variable: name, message: `there is no such option${question}` }
    })
  const refuse = (name: string, value: unknown, wanted: string) =>
    problems.push({ variable: name, message: `${found(value)}; write ${wanted}` })
  for (const [name, kind] of Object.entries(own)) {
    const { wanted, fits } = OPTION_KINDS[kind]
    const isGiven = given[name] !== undefined || kind === 'required'
    if (isGiven && !fits(given[name])) refuse(name, given[name], wanted)
  }
  const options: Record<string, string> = {}
  for (const variable of settings) {
    const { option = '' } = variable
    if (given[option] === undefined || option in own) continue
    const text = textOf(variable, given[option])
    if (typeof text === 'string') options[option] = text
    else refuse(option, given[option], text.wanted)
  }
  return { options, problems }
}

type Text = string | { readonly wanted: string }

function textOf({ kind, words, option }: Variable, value: unknown): Text {
  if (/^duration/.test(kind)) return durationText(kind, value)
  if (['count', 'countOrNone', 'index', 'rows'].includes(kind)) {
    if (kind === 'countOrNone' && value === 'none') return value
    return Number.isSafeInteger(value) ? String(value) : { wanted: 'a whole number' }
  }
  if (words === TRUE_OR_FALSE || words === ON_OR_OFF) {
    return typeof value === 'boolean' ? (words[value ? 0 : 1] ?? '') : { wanted: 'true or false' }
  }
  if (['extensions', 'paths', 'patterns', 'rules'].includes(kind)) {
    return isTexts(value) ? value.join(',') : { wanted: 'a list of strings' }
  }
  if (kind === 'command' && isTexts(value)) return JSON.stringify(value)
  if (value instanceof URL && kind === 'url') return value.href
  if (option === 'migrations') return folderText(value)
  return typeof value === 'string' ? value : { wanted: 'a string' }
}

/** A path, also of what `import.meta.resolve` hands back. */
function folderText(value: unknown): Text {
  const text = value instanceof URL ? value.href : value
  if (typeof text === 'string') {
    if (!(value instanceof URL) && !/^file:/i.test(text)) return text
    if (/^file:\/\/\//i.test(text)) return fileURLToPath(text)
  }
  return { wanted: 'a path, or a URL such as file:///app/migrations' }
}

function durationText(kind: Variable['kind'], value: unknown): Text {
  const least = kind === 'durationOrZero' ? 0 : 1
  if (kind === 'durationOrNone' && value === 'none') return value
  const isFit = typeof value === 'number' && value >= least && value <= MAX_DURATION_MS
  if (isFit) return `${Math.round(value)}ms`
  const none = kind === 'durationOrNone' ? ", or 'none'" : ''
  return { wanted: `milliseconds, from ${least} to ${MAX_DURATION_MS} (24 days)${none}` }
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string')
}

/** As an environment is: a value may be missing, and is a text otherwise. */
export function areVariables(
  value: unknown,
): value is Readonly<Record<string, string | undefined>> {
  if (!isRecord(value)) return false
  return Object.values(value).every((one) => one === undefined || typeof one === 'string')
}

/** A polyfill's, too. */
export function isSignal(value: unknown): value is AbortSignal {
  return isRecord(value) && 'aborted' in value && typeof value.addEventListener === 'function'
}

/** What an option holds, as it may be shown. */
export function found(value: unknown): string {
  if (typeof value === 'string') return describeFound(value)
  if (typeof value === 'number' || typeof value === 'boolean' || value === null) {
    return `found ${value}`
  }
  if (value === undefined) return 'is missing'
  return `found ${Array.isArray(value) ? 'a list' : `a value of type ${typeof value}`}`
}
