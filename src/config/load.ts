import { type Config, type ConfigSystem, type Environment, invalidConfig } from './config.ts'
import { readConnections } from './connections.ts'
import { givenPasswords } from './given-passwords.ts'
import { createReader, type VariableReader } from './reader.ts'
import { readNotifyTarget, readSettings } from './settings.ts'
import { unknownVariables } from './unknown.ts'
import { asSchema } from './values.ts'
import type { ConfigOptions } from './variables.ts'

/**
 * The whole configuration, deeply frozen: options, else variables, else their `_FILE` twins, else
 * defaults. Nothing is read but `env` and the files that `_FILE` twins name.
 *
 * @throws {GateError} CONFIG_INVALID with every problem at once: a line each in the message, and as
 * `facts.problems` a list of `{ variable, message }`; no value of a secret is in either
 * @see docs/configuration.md
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  options: ConfigOptions,
  system: ConfigSystem,
): Config {
  const reader = createReader({ env, options, system })
  const connections = readConnections(reader, env, system)
  const settings = readSettings(reader)
  const draft = {
    ...connections,
    ...settings,
    ...schemaInUrl(reader, connections.connection?.schema),
    given: runsProgram(settings) ? givenPasswords(reader, env) : undefined,
    notify: readNotifyTarget(reader),
    environment: hidden(env),
  }
  const set = Object.keys(env).filter((name) => env[name] !== undefined)
  const problems = [...(system.problems ?? []), ...reader.problems(), ...unknownVariables(set)]
  if (problems.length > 0) throw invalidConfig(problems)
  return deepFreeze(parseDraft(draft))
}

function runsProgram(settings: ReturnType<typeof readSettings>): boolean {
  const { migrateCommand, backupCommand, models } = settings
  return [migrateCommand, backupCommand, models].some((program) => program !== undefined)
}

/** `?schema=` of DATABASE_URL, as Prisma has it; PGATE_SCHEMA comes first. */
function schemaInUrl(reader: VariableReader, named: string | undefined) {
  if (named === undefined || reader.source('PGATE_SCHEMA') !== undefined) return {}
  try {
    return { schema: asSchema(named), isSchemaSet: true }
  } catch (error) {
    reader.report('DATABASE_URL', `schema: ${error instanceof Error ? error.message : error}`)
    return {}
  }
}

function hidden(variables: Environment['variables']): Environment {
  const environment = { variables }
  Object.defineProperty(environment, 'variables', { value: variables, enumerable: false })
  return environment
}

type Draft = {
  readonly [K in Exclude<keyof Config, 'programOfGate'>]-?: Config[K] | undefined
}

/** Without a problem reported, undefined is left only where the Config has an optional field. */
function parseDraft(draft: Draft): Config {
  const entries = Object.entries(draft).filter(([, value]) => value !== undefined)
  return Object.fromEntries(entries) as unknown as Config
}

/** Visits every part: of a target only the top arrives frozen. A configuration is a tree. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value
  for (const key of Object.keys(value)) deepFreeze(Reflect.get(value, key))
  return Object.freeze(value)
}
