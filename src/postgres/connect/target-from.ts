import { PARAMETERS, refusal } from './target-parameters.ts'
import {
  type Settings,
  type TargetDefaults,
  type TargetResult,
  targetFromSettings,
} from './target-settings.ts'
import { readUrl } from './target-url.ts'

export type { TargetResult } from './target-settings.ts'

/** Where defaults come from: libpq's variables, the home directory and the user's name. */
export interface TargetEnvironment extends TargetDefaults {
  /** The value of a PG* variable (PGHOST, PGSSLMODE, …); undefined where it is not set. */
  get(name: string): string | undefined
}

/** A connection given in parts; what is absent or empty comes from libpq's variables. */
export interface TargetParts {
  readonly host?: string | undefined
  readonly port?: string | undefined
  readonly database?: string | undefined
  readonly user?: string | undefined
  readonly password?: string | undefined
}

/**
 * The target that a URL names: `postgres://`, `postgresql://`, or either with a SQLAlchemy driver
 * (`postgresql+asyncpg://`), which is dropped. What the URL leaves out comes from libpq's
 * variables, then from libpq's defaults (host: localhost). Nothing is ignored: a parameter that
 * is not supported or not known is a problem. No problem ever holds a password.
 *
 * @example targetFromUrl('postgresql://app@db/app?sslmode=require', environment)
 */
export function targetFromUrl(url: string, env: TargetEnvironment): TargetResult {
  const reading = readUrl(url)
  const libpq = libpqSettings(env)
  if ('problems' in reading) return { problems: [...reading.problems, ...libpq.problems] }
  return target(reading.settings, libpq, env)
}

/** The target that parts name, filled up from libpq's variables and defaults. */
export function targetFromParts(parts: TargetParts, env: TargetEnvironment): TargetResult {
  const given = new Map<string, { value: string; from: string }>()
  for (const [part, value] of Object.entries(parts)) {
    const name = part === 'database' ? 'dbname' : part
    if (typeof value === 'string' && value !== '') given.set(name, { value, from: part })
  }
  return target(given, libpqSettings(env), env)
}

/** The target that libpq's variables alone name. */
export function targetFromLibpq(env: TargetEnvironment): TargetResult {
  return target(new Map(), libpqSettings(env), env)
}

interface LibpqReading {
  readonly settings: Settings
  readonly problems: readonly string[]
}

function target(given: Settings, libpq: LibpqReading, env: TargetEnvironment): TargetResult {
  const result = targetFromSettings(new Map([...libpq.settings, ...given]), env)
  const problems = [...('problems' in result ? result.problems : []), ...libpq.problems]
  return problems.length > 0 ? { problems } : result
}

function libpqSettings(env: TargetEnvironment): LibpqReading {
  const settings = new Map<string, { value: string; from: string }>()
  const problems: string[] = []
  for (const parameter of PARAMETERS) {
    const { name, variable } = parameter
    const value = variable === undefined ? undefined : env.get(variable)
    if (variable === undefined || value === undefined || value === '') continue
    const problem = refusal(parameter, value)
    if (problem === undefined) settings.set(name, { value, from: variable })
    else problems.push(`${variable}: ${problem}`)
  }
  return { settings, problems }
}
