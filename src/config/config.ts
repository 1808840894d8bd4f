import type { LogLevel } from '../base/log.ts'
import { GateError } from '../errors/error.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import { readConnections } from './connections.ts'
import type { AHEAD_MODES, FOLDER_FORMATS, LOG_FORMATS, VERIFY_MODES } from './gate-variables.ts'
import { readNotifyTarget } from './notify.ts'
import { type ConfigProblem, createReader } from './reader.ts'
import { readSettings } from './settings.ts'
import { unknownVariables } from './unknown.ts'

/** pgate's settings, checked and frozen. Only {@link loadConfig} makes one. */
export interface Config {
  /** Absent where no connection variable is set; commands that need one refuse then. */
  readonly connection?: ConnectionTarget
  /** PGATE_ADMIN_URL: the role that creates extensions, where it is another one. */
  readonly adminConnection?: ConnectionTarget
  /** PGATE_ROLE: `SET ROLE` before DDL. */
  readonly role?: string
  readonly migrations: string
  /** `head`, `heads`, or any other target that the command understands. */
  readonly target: string
  readonly schema: string
  /** True where PGATE_SCHEMA was set, and not left to its default. */
  readonly isSchemaSet?: boolean
  /** PGATE_JOURNAL_SCHEMA: where pgate's own tables are; absent: in `schema`. */
  readonly journalSchema?: string
  readonly versionTable: string
  /** True where PGATE_VERSION_TABLE was set; else the format's own name stands in for it. */
  readonly isVersionTableSet?: boolean
  /** Whose folder PGATE_MIGRATIONS is; `auto`: the folder says. */
  readonly format: (typeof FOLDER_FORMATS)[number]
  readonly extensions: readonly DeclaredExtension[]
  /** PGATE_UNPROMISED: patterns of objects that verify leaves out. @see object-pattern.ts */
  readonly unpromised: readonly string[]
  /** 0: one attempt. This and every time below is at most 24 days. */
  readonly waitTimeoutMs: number
  /** 0: a refusal is believed at once. */
  readonly authGraceMs: number
  /** For the whole run, 1 or more; absent: none. */
  readonly deadlineMs?: number
  /** 0: the lock is asked for once, and a statement that meets another's is not tried again. */
  readonly lockTimeoutMs: number
  /** 1 or more. */
  readonly ddlLockTimeoutMs: number
  /** 1 or more; absent: none of ours (the server's own setting stands). */
  readonly statementTimeoutMs?: number
  readonly verify: (typeof VERIFY_MODES)[number]
  readonly ahead: (typeof AHEAD_MODES)[number]
  readonly logLevel: LogLevel
  readonly logFormat: (typeof LOG_FORMATS)[number]
  /** True: the first 80 characters of what another session runs may be reported. */
  readonly logQueries: boolean
  /** Where the sidecar listens. */
  readonly listen: ListenAddress
  /** Names in lower case that a request to it may give as its Host, besides addresses. */
  readonly listenNames: readonly string[]
  /** 1 or more. */
  readonly verifyIntervalMs: number
  /** PGATE_NOTIFY_URL; absent: nobody is notified. */
  readonly notify?: NotifyTarget
}

/** Where a server listens. */
export interface ListenAddress {
  /** A name or an address; IPv6 without brackets. */
  readonly host: string
  /** 0 to 65535; 0: any that is free. */
  readonly port: number
}

/** Who is notified of changes. */
export interface NotifyTarget {
  /** `http` or `https`. Non-enumerable: never printed, never in JSON. */
  readonly url: string
}

/** `vector>=0.7`, `pg_trgm@extensions`, `vector?`: one entry of PGATE_EXTENSIONS. */
export interface DeclaredExtension {
  readonly name: string
  /** The lowest version that will do; numeric parts separated by dots. */
  readonly floor?: string
  readonly schema?: string
  /** True: set up where the server has it and the role may, and never a reason to stop. */
  readonly optional?: true
}

/** Options of the command line as they were typed; each overrides the variable of its name. */
export interface ConfigOptions {
  readonly databaseUrl?: string | undefined
  readonly adminUrl?: string | undefined
  readonly role?: string | undefined
  readonly migrations?: string | undefined
  readonly target?: string | undefined
  readonly schema?: string | undefined
  readonly journalSchema?: string | undefined
  readonly versionTable?: string | undefined
  readonly format?: string | undefined
  readonly extensions?: string | undefined
  readonly waitTimeout?: string | undefined
  readonly authGrace?: string | undefined
  readonly deadline?: string | undefined
  readonly lockTimeout?: string | undefined
  readonly ddlLockTimeout?: string | undefined
  readonly statementTimeout?: string | undefined
  readonly verify?: string | undefined
  readonly unpromised?: string | undefined
  readonly ahead?: string | undefined
  readonly logLevel?: string | undefined
  readonly logFormat?: string | undefined
  readonly logQueries?: string | undefined
  readonly listen?: string | undefined
  readonly listenNames?: string | undefined
  readonly verifyInterval?: string | undefined
  readonly notifyUrl?: string | undefined
}

/** What of the machine the configuration may look at. */
export interface ConfigSystem {
  /** The text of a file; throws what the file system throws. */
  readFile(path: string): string
  /** The permission bits of a file, as `stat` has them; throws what the file system throws. */
  fileMode(path: string): number
  /** The home directory, for libpq's default files. */
  readonly home: string
  /** The operating system's user, libpq's default for the user. */
  readonly userName: string
}

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
  const draft = {
    ...readConnections(reader, env, system),
    ...readSettings(reader),
    notify: readNotifyTarget(reader),
  }
  const set = Object.keys(env).filter((name) => env[name] !== undefined)
  const problems = [...reader.problems(), ...unknownVariables(set)]
  if (problems.length > 0) throw invalid(problems)
  return deepFreeze(parseDraft(draft))
}

/**
 * The database to work on.
 * @throws {GateError} CONFIG_INVALID where no connection was configured
 */
export function requireConnection(config: Config): ConnectionTarget {
  if (config.connection !== undefined) return config.connection
  const message =
    'no connection is set; give one as DATABASE_URL, as DATABASE__URL, as DB_HOST, DB_PORT, ' +
    "DB_NAME, DB_USER and DB_PASSWORD, as libpq's PGHOST, PGDATABASE and PGUSER, or as " +
    '--database-url'
  throw invalid([{ variable: 'DATABASE_URL', message }])
}

function invalid(problems: readonly ConfigProblem[]): GateError {
  const lines = problems.map(({ variable, message }) => `${variable}: ${message}`)
  return new GateError('CONFIG_INVALID', lines.join('\n'), { facts: { problems } })
}

type Draft = { readonly [K in keyof Config]-?: Config[K] | undefined }

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
