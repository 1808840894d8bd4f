import type { ConfigProblem, ConfigSystem } from './config.ts'
import type { Variable } from './variable.ts'
import {
  type ConfigOptions,
  findVariable,
  isSecret,
  optionFlag,
  twinName,
  type VariableName,
} from './variables.ts'

/** A value and where it came from. */
export interface Source {
  /** The name that a problem with the value is reported under. */
  readonly label: string
  readonly text: string
}

/** The raw settings: options over variables over files. Problems are gathered, not thrown. */
export interface VariableReader {
  /** Undefined where it is unset or empty, or could not be read, which is then a problem. */
  source(name: VariableName): Source | undefined
  report(variable: string, message: string): void
  /** In the order in which they were met. */
  problems(): readonly ConfigProblem[]
}

export interface ReaderInput {
  readonly env: Readonly<Record<string, string | undefined>>
  readonly options: ConfigOptions
  readonly system: Pick<ConfigSystem, 'readFile' | 'fileMode' | 'optionName'>
}

/**
 * A reader that looks at each variable once, when it is first asked for: what nobody asks for (the
 * parts of a connection that a URL overrides) is neither opened nor complained about.
 */
export function createReader(input: ReaderInput): VariableReader {
  const problems: ConfigProblem[] = []
  const known = new Map<VariableName, Source | undefined>()
  const report = (variable: string, message: string) => {
    // Two connections may stumble over the same variable of libpq.
    const isKnown = problems.some((each) => each.variable === variable && each.message === message)
    if (!isKnown) problems.push({ variable, message })
  }
  const source = (name: VariableName) => {
    if (!known.has(name)) known.set(name, find(findVariable(name), input, report))
    return known.get(name)
  }
  return { source, report, problems: () => problems }
}

function find(
  variable: Variable,
  { env, options, system }: ReaderInput,
  report: VariableReader['report'],
): Source | undefined {
  const { name, option } = variable
  const { optionName = optionFlag } = system
  const [, typed] = Object.entries(options).find(([name]) => name === option) ?? []
  const given = clean(variable, typed)
  if (option !== undefined && given !== undefined) {
    return shownSafely(variable, { label: optionName(option), text: given }, report)
  }
  const text = clean(variable, env[name])
  const path = isSecret(variable) ? env[twinName(name)] : undefined
  if (path === undefined || path === '')
    return text === undefined ? undefined : shownSafely(variable, { label: name, text }, report)
  if (text !== undefined) {
    report(name, `set both as ${name} and as ${twinName(name)}; keep one of them`)
    return undefined
  }
  return fromFile({ label: twinName(name), path, report }, system)
}

/**
 * An empty value is what a compose file leaves behind for a variable that was never given, so it
 * counts as unset; an empty list is the one that means something. White space around a value is
 * dropped, save for a secret's, where it may be meant.
 */
function clean(variable: Variable, text: string | undefined): string | undefined {
  const value = isSecret(variable) ? text : text?.trim()
  return value === '' && variable.kind !== 'extensions' ? undefined : value
}

/** A connection URL where a name belongs would be shown with its password, as that name. */
function shownSafely(
  variable: Variable,
  source: Source,
  report: VariableReader['report'],
): Source | undefined {
  const { text, label } = source
  if (isSecret(variable) || !/postgres(?:ql)?(?:\+\w+)?:\/\//i.test(text)) return source
  const isFleet = variable.name === 'PGATE_FLEET'
  if (isFleet && /^query:/i.test(text) && !PASSWORD.test(text)) return source
  const place = isFleet ? 'write it in a file, and give its path' : 'set it as DATABASE_URL'
  report(label, `found a URL, which is not shown; ${place}`)
  return undefined
}

/** In a query that puts URLs together; one of a column is no part of it. */
const PASSWORD = /:\/\/[^\s'"@/]*:[^\s'"@]+@|password=[^\s'"&]/i

interface SecretFile extends Pick<VariableReader, 'report'> {
  readonly label: string
  readonly path: string
}

/**
 * Who may change the file may send pgate, and its password, to a server of their own. Its group may:
 * under umask 002 that is the owner's own, and every file is made so.
 */
const WRITABLE_BY_OTHERS = 0o002

/**
 * A secret's file, less the one line ending that editors and `kubectl` add. That others may read it
 * is let pass: Kubernetes and Docker mount secrets so.
 */
function fromFile(
  { label, path, report }: SecretFile,
  system: ReaderInput['system'],
): Source | undefined {
  const say = (message: string) => report(label, message)
  const text = readGuarded(path, { shown: shownPath(path), system, report: say })
  if (text === undefined) return undefined
  const value = text.replace(/\r?\n$/, '')
  if (value !== '') return { label, text: value }
  say(`the file ${JSON.stringify(path)} is empty`)
  return undefined
}

/** The text of a file that settings come from, or undefined with what is wrong reported. */
export function readGuarded(path: string, { shown, system, report }: Guard): string | undefined {
  try {
    const mode = system.fileMode(path) & 0o777
    const text = system.readFile(path)
    if ((mode & WRITABLE_BY_OTHERS) === 0) return text
    report(writable(path, mode))
  } catch (error) {
    const code = systemCode(error)
    report(`cannot read ${shown} (${code})${CANNOT_READ[code] ?? ''}`)
  }
  return undefined
}

interface Guard extends Pick<ReaderInput, 'system'> {
  /** The path, as a message may have it. */
  readonly shown: string
  report(message: string): void
}

const CANNOT_READ: Readonly<Record<string, string>> = {
  EACCES:
    '; let the user that pgate runs as (65532 in the image) read it: chmod a+r where it is kept, on the host of a container, or mount it with mode 0444',
  ENOENT: '; nothing is there: mount the file at this path, or correct the path',
}

function writable(path: string, mode: number): string {
  const found = `0${mode.toString(8).padStart(3, '0')}`
  return `the file ${JSON.stringify(path)} may be changed by everybody (mode ${found}); run chmod o-w on it where it is kept, on the host of a container, or mount it with mode 0444`
}

/** The secret itself, set where the name of its file belongs, is not shown as one. */
function shownPath(path: string): string {
  const isPath = /^\.{0,2}\//.test(path) && !path.includes('://')
  return isPath ? JSON.stringify(path) : 'its file, not shown as it may be the secret itself'
}

function systemCode(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : 'unknown error'
}
