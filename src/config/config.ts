import type { LogLevel } from '../base/log.ts'
import { GateError } from '../errors/error.ts'
import type { ConnectionTarget } from '../postgres/connect/target.ts'
import type {
  AHEAD_MODES,
  BLOCKER_MODES,
  FOLDER_FORMATS,
  LINT_MODES,
  LintRule,
  LogFormat,
  Phase,
  VERIFY_MODES,
} from './choices.ts'

/** pgate's settings, checked and frozen. Only loadConfig makes one. */
export interface Config {
  /** Absent where no connection variable is set; commands that need one refuse then. */
  readonly connection?: ConnectionTarget
  /** PGATE_ADMIN_URL: the role that creates extensions, where it is another one. */
  readonly adminConnection?: ConnectionTarget
  /** PGATE_ROLE: `SET ROLE` before DDL. */
  readonly role?: string
  readonly migrations: string
  /** PGATE_MIGRATE_COMMAND: the program that does the migrate step; absent: the folder's revisions. */
  readonly migrateCommand?: readonly string[]
  /** The same for a command that only looks at the folder, which a gate would have it apply. */
  readonly programOfGate?: readonly string[]
  /** PGATE_MIGRATE_INPUTS: what decides what it does, besides `migrations`. */
  readonly migrateInputs: readonly string[]
  /** PGATE_BACKUP_COMMAND: the program that is run before the first write; absent: none. */
  readonly backupCommand?: readonly string[]
  /** PGATE_TEST_SEED. */
  readonly testSeed?: string
  /** PGATE_MIGRATE_ALWAYS: it is started whether anything has changed or not. */
  readonly migrateAlways: boolean
  /** Where there is such a program: what it must not print. */
  readonly given?: GivenPasswords
  /** PGATE_MODELS: where the wanted schema comes from; absent: an option has to say it. */
  readonly models?: string
  /** `head`, `heads`, or any other target that the command understands. */
  readonly target: string
  /** PGATE_PHASE: which revisions up to the target are run. */
  readonly phase: Phase
  /** PGATE_CONTRACT_AFTER, 1 or more; absent: `expand` leaves contract revisions for good. */
  readonly contractAfterMs?: number
  readonly schema: string
  /** True where PGATE_SCHEMA was set, and not left to its default. */
  readonly isSchemaSet?: boolean
  /** PGATE_JOURNAL_SCHEMA: where pgate's own tables are; absent: in `schema`. */
  readonly journalSchema?: string
  readonly versionTable: string
  /** The schema of that table; absent: `schema`. */
  readonly versionSchema?: string
  /** True where PGATE_VERSION_TABLE was set; else the format's own name stands in for it. */
  readonly isVersionTableSet?: boolean
  /** Whose folder PGATE_MIGRATIONS is; `auto`: the folder says. */
  readonly format: (typeof FOLDER_FORMATS)[number]
  /** Where the variables of other tools are: their table, what their files take from there. */
  readonly environment?: Environment
  readonly extensions: readonly DeclaredExtension[]
  /** PGATE_UNPROMISED: patterns of objects that verify leaves out. @see object-pattern.ts */
  readonly unpromised: readonly string[]
  /** 0: one attempt. This and every time below is at most 24 days. */
  readonly waitTimeoutMs: number
  /** 0: a refusal is believed at once. */
  readonly authGraceMs: number
  /** For the whole run, 1 or more; absent: none. */
  readonly deadlineMs?: number
  /** 0: SIGKILL follows SIGTERM at once. */
  readonly stopGraceMs: number
  /** 0: the lock is asked for once, and a statement that meets another's is not tried again. */
  readonly lockTimeoutMs: number
  /** 1 or more. */
  readonly ddlLockTimeoutMs: number
  readonly blockers: (typeof BLOCKER_MODES)[number]
  /** 1 or more. */
  readonly blockersAfterMs: number
  /** 1 or more; absent: none of ours (the server's own setting stands). */
  readonly statementTimeoutMs?: number
  /** In place of what batch lines say; absent: they say it. */
  readonly batchRows?: number
  readonly batchPauseMs?: number
  readonly verify: (typeof VERIFY_MODES)[number]
  readonly lint: (typeof LINT_MODES)[number]
  /** PGATE_LINT_SKIP: rules that are not asked. */
  readonly lintSkip: readonly LintRule[]
  readonly ahead: (typeof AHEAD_MODES)[number]
  readonly logLevel: LogLevel
  readonly logFormat: LogFormat
  /** True: the first 80 characters of what another session runs may be reported. */
  readonly logQueries: boolean
  /** Where the sidecar listens. */
  readonly listen: ListenAddress
  /** Names in lower case that a request to it may give as its Host, besides addresses. */
  readonly listenNames: readonly string[]
  /** 1 or more. */
  readonly verifyIntervalMs: number
  /** PGATE_FLEET: a file, or `query:` and a SELECT. */
  readonly fleet?: string
  /** 1 or more. */
  readonly fleetConcurrency: number
  /** 1 or more; absent: no target goes before the others. */
  readonly fleetCanary?: number
  /** 1 or more; absent: however many fail, all have their turn. */
  readonly fleetStopAfter?: number
  /** Into how many shards the targets are divided, 1 or more; absent: they are not. */
  readonly fleetShards?: number
  /** JOB_COMPLETION_INDEX: which of them is meant, 0 or more. */
  readonly fleetShard?: number
  /** PGATE_NOTIFY_URL; absent: nobody is notified. */
  readonly notify?: NotifyTarget
}

/** All variables of the process, secrets among them. */
export interface Environment {
  /** Non-enumerable: never printed, never in JSON. */
  readonly variables: Readonly<Record<string, string | undefined>>
}

/** Passwords that the settings hold, as they are written there. */
export interface GivenPasswords {
  /** Non-enumerable: never printed, never in JSON. */
  readonly passwords: readonly string[]
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
  /** What an option is called where it was given; absent: `--wait-timeout`, as on the command line. */
  readonly optionName?: ((option: string) => string) | undefined
  /** What is wrong with options that could not become texts. */
  readonly problems?: readonly ConfigProblem[] | undefined
}

/** One setting that cannot be used. */
export interface ConfigProblem {
  /** The variable, its `_FILE` twin or the option (`--wait-timeout`) that held the value. */
  readonly variable: string
  /** What was found and what may be written; never a secret. */
  readonly message: string
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
  throw invalidConfig([{ variable: 'DATABASE_URL', message }])
}

/** The failure of settings that cannot be used: a line for each. */
export function invalidConfig(problems: readonly ConfigProblem[]): GateError {
  const lines = problems.map(({ variable, message }) => `${variable}: ${message}`)
  return new GateError('CONFIG_INVALID', lines.join('\n'), { facts: { problems } })
}
