import { parseEnv } from 'node:util'
import { GateError } from '../errors/error.ts'
import { type ConfigProblem, type ConfigSystem, invalidConfig } from './config.ts'
import { readGuarded } from './reader.ts'
import { asPaths } from './values.ts'
import { findVariable, isSecret, twinName } from './variables.ts'

type Variables = Readonly<Record<string, string | undefined>>

/** The environment with what PGATE_ENV_FILE adds to it. */
export interface FilledEnvironment {
  readonly env: Variables
  /** `.env line 3`; undefined for what the environment itself has. */
  placeOf(variable: string): string | undefined
}

/** What a line of such a file sets. */
interface Entry {
  readonly text: string
  readonly place: string
}

/**
 * The environment, filled with the variables of the files in `paths`, a later one before an earlier one.
 * What the environment itself sets stands, the `_FILE` twin of a secret included, and so does the database
 * that it names in a way that comes behind DATABASE_URL.
 * @param label the variable or option that holds `paths`
 * @throws {GateError} CONFIG_INVALID with every file and line that cannot be used; no value is shown
 */
export function fillEnvironment(
  env: Variables,
  { label, paths }: { readonly label: string; readonly paths: string },
  system: Pick<ConfigSystem, 'readFile' | 'fileMode'>,
): FilledEnvironment {
  const problems: ConfigProblem[] = []
  const report = (message: string) => problems.push({ variable: label, message })
  const entries = new Map<string, Entry>()
  for (const path of pathsOf(paths, report)) {
    const text = readGuarded(path, { shown: JSON.stringify(path), system, report })
    for (const [name, entry] of text === undefined ? [] : entriesOf(path, text, report)) {
      entries.set(name, entry)
    }
  }
  if (problems.length > 0) throw invalidConfig(problems)
  const added = new Map([...entries].filter(([name]) => !isSet(env, name)))
  const texts = [...added].map(([name, { text }]) => [name, text] as const)
  return {
    env: { ...env, ...Object.fromEntries(texts) },
    placeOf: (variable) => added.get(variable)?.place,
  }
}

function pathsOf(paths: string, report: (message: string) => void): readonly string[] {
  try {
    return asPaths(paths)
  } catch (error) {
    report(error instanceof Error ? error.message : String(error))
    return []
  }
}

/** A line: blank, a comment, or a name with a value in quotes, which may hold lines, or without. */
const LINE =
  /[ \t]*(?:#[^\n]*|(?:export[ \t]+)?(?<name>[A-Za-z_][\w.-]*)[ \t]*=[ \t]*(?:(?<quote>["'`])(?:(?!\k<quote>).)*\k<quote>[ \t]*(?:#[^\n]*)?|(?<bare>(?!["'`])[^\n#]*)(?<comment>#[^\n]*)?))?(?:\n|$)/sy

/** The form is Node.js's own; what it would quietly leave out or cut is refused here. */
function* entriesOf(
  path: string,
  given: string,
  report: (message: string) => void,
): Generator<readonly [string, Entry]> {
  const text = given.replace(/^\ufeff/, '').replaceAll(/\r\n?/g, '\n')
  const values = parseEnv(text)
  let line = 1
  for (let at = 0; at < text.length; ) {
    const place = `${path} line ${line}`
    LINE.lastIndex = at
    const found = LINE.exec(text)
    const name = found?.groups?.name
    const fault = found === null ? NO_ENTRY : faultOf(found.groups ?? {})
    if (fault !== undefined) report(`${place}: ${fault}`)
    else if (name !== undefined) yield [name, { text: values[name] ?? '', place }]
    const end = found === null ? text.indexOf('\n', at) + 1 || text.length : LINE.lastIndex
    line += text.slice(at, end).split('\n').length - 1
    at = end
  }
}

const NO_ENTRY =
  'found neither NAME=value nor a comment; write a value with line breaks in quotes, close the quotes, and write nothing but a comment behind them'

function faultOf({ name, bare = '', comment }: Readonly<Record<string, string | undefined>>) {
  if (name === 'PGATE_ENV_FILE')
    return 'PGATE_ENV_FILE is set where pgate starts, and not in such a file'
  return comment !== undefined && /\S$/.test(bare)
    ? `the value of ${name} has a #, where some tools end it; put the value in quotes`
    : undefined
}

/** Ways to name the database, the first before the others. */
const WAYS: readonly (readonly string[])[] = [
  ['DATABASE_URL'],
  ['DATABASE__URL'],
  ['DB_HOST', 'DB_NAME', 'DB_USER'],
]

/** Whether the environment says itself what a file would set. */
function isSet(env: Variables, name: string): boolean {
  const stem = name.replace(/_FILE$/, '')
  const isTwin = [stem, name].some((one) => isSecretName(one))
  const names = isTwin ? [stem, twinName(stem)] : [name]
  if (names.some((one) => isGiven(env, one))) return true
  const way = WAYS.findIndex((group) => group.includes(isTwin ? stem : name))
  return (
    way !== -1 &&
    WAYS.slice(way + 1)
      .flat()
      .some((one) => isGiven(env, one) || isGiven(env, twinName(one)))
  )
}

function isSecretName(name: string): boolean {
  const variable = findVariable(name)
  return variable !== undefined && isSecret(variable)
}

/** An empty one is what a compose file leaves behind; an empty list of extensions means something. */
function isGiven(env: Variables, name: string): boolean {
  return env[name] !== undefined && (env[name] !== '' || findVariable(name)?.kind === 'extensions')
}

/**
 * What `use` gives; where it refuses variables, each that a file sets is refused with file and line.
 * @throws {GateError} what `use` throws
 */
export function withPlaces<T>({ placeOf }: FilledEnvironment, use: () => T): T {
  try {
    return use()
  } catch (error) {
    if (!(error instanceof GateError) || !isProblems(error.facts.problems)) throw error
    throw invalidConfig(
      error.facts.problems.map(({ variable, message }) => {
        const place = placeOf(variable)
        return { variable, message: place === undefined ? message : `${message} (${place})` }
      }),
    )
  }
}

function isProblems(problems: unknown): problems is readonly ConfigProblem[] {
  return Array.isArray(problems)
}
