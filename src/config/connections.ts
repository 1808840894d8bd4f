import {
  type TargetEnvironment,
  type TargetResult,
  targetFromLibpq,
  targetFromParts,
  targetFromUrl,
} from '../postgres/connect/read-target.ts'
import { type ConnectionTarget, retarget } from '../postgres/connect/target.ts'
import { problemText } from '../postgres/connect/target-parameters.ts'
import type { Config, ConfigSystem } from './config.ts'
import { createReader, type Source, type VariableReader } from './reader.ts'
import { describeFound } from './values.ts'
import { findVariable, type VariableName } from './variables.ts'

type Connections = {
  readonly [K in 'connection' | 'adminConnection']: Config[K] | undefined
}

const PARTS = {
  host: 'DB_HOST',
  port: 'DB_PORT',
  database: 'DB_NAME',
  user: 'DB_USER',
  password: 'DB_PASSWORD',
} as const satisfies Record<string, VariableName>

/** What pgate refuses of these is refused by name, which beats ignoring that a server was named. */
const LIBPQ_SIGNS = ['PGHOST', 'PGHOSTADDR', 'PGDATABASE', 'PGUSER', 'PGSERVICE']

/** Reads the connections; what cannot be used is reported to the reader. */
export function readConnections(
  reader: VariableReader,
  env: Readonly<Record<string, string | undefined>>,
  system: Pick<ConfigSystem, 'home' | 'userName'>,
): Connections {
  const libpq = libpqFrom(reader, env, system)
  const connection = readConnection(reader, libpq)
  const admin = reader.source('PGATE_ADMIN_URL')
  return { connection, adminConnection: admin && fromUrl(admin, reader, libpq) }
}

/** Reads further URLs as DATABASE_URL is read: what they leave out comes from libpq's variables. */
export function urlReader(
  env: Readonly<Record<string, string | undefined>>,
  system: ConfigSystem,
): (url: string) => TargetResult {
  const environment = libpqFrom(createReader({ env, options: {}, system }), env, system)
  return (url) => targetFromUrl(url, environment)
}

function libpqFrom(
  reader: VariableReader,
  env: Readonly<Record<string, string | undefined>>,
  system: Pick<ConfigSystem, 'home' | 'userName'>,
): TargetEnvironment {
  return {
    // libpq has variables beyond the table, which the target refuses by name where they are set.
    get: (name) => (isVariable(name) ? reader.source(name)?.text : env[name] || undefined),
    home: system.home,
    get userName() {
      return system.userName
    },
  }
}

function isVariable(name: string): name is VariableName {
  return findVariable(name) !== undefined
}

function readConnection(
  reader: VariableReader,
  libpq: TargetEnvironment,
): ConnectionTarget | undefined {
  const url = reader.source('DATABASE_URL') ?? reader.source('DATABASE__URL')
  if (url !== undefined) return fromUrl(url, reader, libpq)
  const naming = [PARTS.host, PARTS.database, PARTS.user]
  if (naming.some((name) => reader.source(name) !== undefined)) return fromParts(reader, libpq)
  if (LIBPQ_SIGNS.some((name) => libpq.get(name) !== undefined)) {
    return isHost('PGHOST', reader) ? usable(targetFromLibpq(libpq), 'PGHOST', reader) : undefined
  }
  return undefined
}

function fromUrl(url: Source, reader: VariableReader, libpq: TargetEnvironment) {
  return usable(targetFromUrl(url.text, libpq), url.label, reader)
}

function fromParts(reader: VariableReader, libpq: TargetEnvironment) {
  const text = (name: VariableName) => reader.source(name)?.text
  const parts = {
    host: text(PARTS.host),
    port: text(PARTS.port),
    database: text(PARTS.database),
    user: text(PARTS.user),
    password: text(PARTS.password),
  }
  return isHost(PARTS.host, reader)
    ? usable(targetFromParts(parts, libpq), PARTS.host, reader)
    : undefined
}

/** A URL where a host belongs would be quoted as a bad host, its password with it. */
function isHost(name: VariableName, reader: VariableReader): boolean {
  const source = reader.source(name)
  if (source?.text.includes('://') !== true) return true
  reader.report(source.label, `${describeFound(source.text)}; set it as DATABASE_URL`)
  return false
}

/**
 * The target, or undefined with its problems reported: under the variable that held the value, where
 * that is known, else under the one that named the connection.
 */
function usable(
  result: TargetResult,
  label: string,
  reader: VariableReader,
): ConnectionTarget | undefined {
  if ('target' in result) return withPasswordSource(result.target, label, reader)
  for (const problem of result.problems) {
    const variable = variableOf(problem.parameter, label)
    if (variable === undefined) reader.report(label, problemText(problem))
    else reader.report(sourceLabel(variable, reader), `${problem.found}; ${problem.remedy}`)
  }
  return undefined
}

/** So that a refused password is looked for in the one place that it came from. */
function withPasswordSource(
  target: ConnectionTarget,
  label: string,
  reader: VariableReader,
): ConnectionTarget {
  const { passwordFrom: from } = target
  if (from === undefined) return target
  const given = label === PARTS.host ? PARTS.password : label
  const passwordFrom = from === 'password' ? sourceLabel(given, reader) : sourceLabel(from, reader)
  return retarget(target, { passwordFrom })
}

function variableOf(parameter: string | undefined, label: string): string | undefined {
  if (parameter !== undefined && /^PG[A-Z_]+$/.test(parameter)) return parameter
  const part = Object.entries(PARTS).find(([name]) => name === parameter)
  return label === PARTS.host ? part?.[1] : undefined
}

function sourceLabel(variable: string, reader: VariableReader): string {
  return isVariable(variable) ? (reader.source(variable)?.label ?? variable) : variable
}
