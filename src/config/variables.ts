import type { ConfigOptions } from '../config.ts'
import { LOG_LEVELS } from '../log.ts'

export const VERIFY_MODES = ['manifest', 'structure', 'off'] as const
export const AHEAD_MODES = ['refuse', 'allow'] as const
export const LOG_FORMATS = ['auto', 'json', 'pretty'] as const

/** The groups of variables, in the order in which docs/configuration.md shows them. */
export const GROUPS = {
  url: 'Connection by URL',
  parts: 'Connection by parts',
  libpq: "Connection by libpq's variables",
  roles: 'Other roles',
  revisions: 'Revisions and schema',
  times: 'Times',
  verdict: 'The verdict',
  logs: 'Logs',
} as const

/** What a value may be: the words of the docs, and which kinds are never shown. */
export const KINDS = {
  url: { label: 'URL', secret: true },
  password: { label: 'text', secret: true },
  text: { label: 'text', secret: false },
  port: { label: 'port, 1 to 65535', secret: false },
  identifier: { label: 'name, 1 to 63 bytes', secret: false },
  table: { label: 'name without schema, 1 to 63 bytes', secret: false },
  extensions: { label: 'comma-separated list', secret: false },
  duration: { label: 'duration above 0', secret: false },
  durationOrZero: { label: 'duration, 0 and above', secret: false },
  durationOrNone: { label: 'duration above 0, or `none`', secret: false },
  words: { label: 'one of a few words', secret: false },
} as const

/** One environment variable: everything that the code, the errors and the docs say of it. */
export interface Variable {
  readonly name: string
  readonly group: keyof typeof GROUPS
  readonly kind: keyof typeof KINDS
  /** Allowed values of the kind `words`. */
  readonly words?: readonly string[]
  /** As one would write it; absent: no value is as good as any. */
  readonly default?: string
  /** What stands in for it where there is no default to write. */
  readonly otherwise?: string
  readonly example: string
  /** The command-line option that overrides it, in camel case. */
  readonly option?: keyof ConfigOptions
  /** One or more sentences, in Markdown. */
  readonly doc: string
}

/** Every variable pgate reads, in the order of the docs. Nothing else is read, nothing else known. */
export const VARIABLES = [
  {
    name: 'DATABASE_URL',
    group: 'url',
    kind: 'url',
    example: 'postgresql://app:secret@db:5432/app?sslmode=verify-full',
    option: 'databaseUrl',
    doc: 'The database to open the gate for. `postgres://` and a SQLAlchemy driver suffix (`postgresql+asyncpg://`) are accepted.',
  },
  {
    name: 'DATABASE__URL',
    group: 'url',
    kind: 'url',
    example: 'postgresql+asyncpg://app:secret@db/app',
    doc: "The same, as applications with nested settings name it; read where `DATABASE_URL` isn't set.",
  },
  {
    name: 'DB_HOST',
    group: 'parts',
    kind: 'text',
    default: 'localhost',
    example: 'db.internal',
    doc: 'The host: a name, an address, or the directory of a Unix socket.',
  },
  {
    name: 'DB_PORT',
    group: 'parts',
    kind: 'port',
    default: '5432',
    example: '15432',
    doc: 'The port.',
  },
  {
    name: 'DB_NAME',
    group: 'parts',
    kind: 'text',
    otherwise: 'the user',
    example: 'app',
    doc: 'The database.',
  },
  {
    name: 'DB_USER',
    group: 'parts',
    kind: 'text',
    otherwise: "the operating system's user",
    example: 'app',
    doc: 'The user.',
  },
  {
    name: 'DB_PASSWORD',
    group: 'parts',
    kind: 'password',
    example: 'secret',
    doc: 'The password.',
  },
  {
    name: 'PGHOST',
    group: 'libpq',
    kind: 'text',
    default: 'localhost',
    example: 'db-1,db-2',
    doc: 'The host, or several separated by commas, tried in order.',
  },
  {
    name: 'PGPORT',
    group: 'libpq',
    kind: 'text',
    default: '5432',
    example: '5432',
    doc: 'The port: one for all hosts, or one for each, separated by commas.',
  },
  {
    name: 'PGDATABASE',
    group: 'libpq',
    kind: 'text',
    otherwise: 'the user',
    example: 'app',
    doc: 'The database.',
  },
  {
    name: 'PGUSER',
    group: 'libpq',
    kind: 'text',
    otherwise: "the operating system's user",
    example: 'app',
    doc: 'The user.',
  },
  {
    name: 'PGPASSWORD',
    group: 'libpq',
    kind: 'password',
    otherwise: 'what the password file holds',
    example: 'secret',
    doc: 'The password, where the connection names none itself.',
  },
  {
    name: 'PGPASSFILE',
    group: 'libpq',
    kind: 'text',
    otherwise: '`~/.pgpass`, where it exists',
    example: '/run/secrets/pgpass',
    doc: 'The password file; ignored where others than its owner may read it.',
  },
  {
    name: 'PGSSLMODE',
    group: 'libpq',
    kind: 'text',
    default: 'prefer',
    example: 'verify-full',
    doc: 'One of `disable`, `allow`, `prefer`, `require`, `verify-ca`, `verify-full`, with the meanings that libpq gives them.',
  },
  {
    name: 'PGSSLROOTCERT',
    group: 'libpq',
    kind: 'text',
    otherwise: '`~/.postgresql/root.crt`, where it exists',
    example: '/etc/ssl/db-ca.pem',
    doc: "The file of the authorities that a server's certificate is checked against, or `system` for those of the system.",
  },
  {
    name: 'PGSSLCERT',
    group: 'libpq',
    kind: 'text',
    otherwise: '`~/.postgresql/postgresql.crt`, where it exists',
    example: '/run/secrets/client.crt',
    doc: 'The file of the client certificate.',
  },
  {
    name: 'PGSSLKEY',
    group: 'libpq',
    kind: 'text',
    otherwise: '`~/.postgresql/postgresql.key`, where it exists',
    example: '/run/secrets/client.key',
    doc: 'The file of its key.',
  },
  {
    name: 'PGSSLCRL',
    group: 'libpq',
    kind: 'text',
    otherwise: '`~/.postgresql/root.crl`, where it exists',
    example: '/etc/ssl/db.crl',
    doc: 'The file of revoked certificates.',
  },
  {
    name: 'PGSSLSNI',
    group: 'libpq',
    kind: 'text',
    default: '1',
    example: '0',
    doc: 'Whether the host is named to the server when TLS begins: 1 or 0.',
  },
  {
    name: 'PGSSLNEGOTIATION',
    group: 'libpq',
    kind: 'text',
    default: 'postgres',
    example: 'direct',
    doc: '`postgres` asks the server for TLS first; `direct` begins with it, which takes PostgreSQL 17 and an sslmode of `require` or above.',
  },
  {
    name: 'PGCHANNELBINDING',
    group: 'libpq',
    kind: 'text',
    default: 'prefer',
    example: 'require',
    doc: 'Whether the password exchange is bound to the TLS connection: `disable`, `prefer` or `require`.',
  },
  {
    name: 'PGTARGETSESSIONATTRS',
    group: 'libpq',
    kind: 'text',
    default: 'any',
    example: 'read-write',
    doc: 'Which of several hosts will do: `any`, `read-write`, `read-only`, `primary`, `standby` or `prefer-standby`.',
  },
  {
    name: 'PGCONNECT_TIMEOUT',
    group: 'libpq',
    kind: 'text',
    otherwise: 'none of its own',
    example: '5',
    doc: 'Seconds that one attempt against one host may take.',
  },
  {
    name: 'PGAPPNAME',
    group: 'libpq',
    kind: 'text',
    otherwise: '`pgate <version>` alone',
    example: 'app-deploy',
    doc: 'Added to the application name that the server shows.',
  },
  {
    name: 'PGOPTIONS',
    group: 'libpq',
    kind: 'text',
    example: '-c search_path=app',
    doc: 'Command-line options for the server.',
  },
  {
    name: 'PGATE_ADMIN_URL',
    group: 'roles',
    kind: 'url',
    otherwise: 'the connection above',
    example: 'postgresql://postgres:secret@db/app',
    option: 'adminUrl',
    doc: 'The connection that creates extensions, where that takes another role. It has to lead to the same database.',
  },
  {
    name: 'PGATE_ROLE',
    group: 'roles',
    kind: 'identifier',
    otherwise: 'the user that connects',
    example: 'app_owner',
    option: 'role',
    doc: '`SET ROLE` to this one before anything is created, so that objects get the right owner.',
  },
  {
    name: 'PGATE_MIGRATIONS',
    group: 'revisions',
    kind: 'text',
    default: 'migrations',
    example: '/app/migrations',
    option: 'migrations',
    doc: 'The folder of the revision files. The image sets it to `/migrations`.',
  },
  {
    name: 'PGATE_TARGET',
    group: 'revisions',
    kind: 'text',
    default: 'head',
    example: 'heads',
    option: 'target',
    doc: 'What the gate upgrades to: `head` (several heads shut the gate), `heads` (allows them), a revision or a unique prefix of one, `<branch>@head`.',
  },
  {
    name: 'PGATE_SCHEMA',
    group: 'revisions',
    kind: 'identifier',
    default: 'public',
    example: 'app',
    option: 'schema',
    doc: 'The schema of the version table and the journal, and the one that is verified.',
  },
  {
    name: 'PGATE_VERSION_TABLE',
    group: 'revisions',
    kind: 'table',
    default: 'alembic_version',
    example: 'alembic_version_app',
    option: 'versionTable',
    doc: "The table of the current revisions, in Alembic's own form.",
  },
  {
    name: 'PGATE_EXTENSIONS',
    group: 'revisions',
    kind: 'extensions',
    default: 'vector,uuid-ossp',
    example: 'vector>=0.7,pg_trgm@extensions',
    option: 'extensions',
    doc: 'The extensions to create: a name, with a version floor (`vector>=0.7`) and a schema (`pg_trgm@extensions`) after it where wanted, in either order. Set but empty means none.',
  },
  {
    name: 'PGATE_WAIT_TIMEOUT',
    group: 'times',
    kind: 'duration',
    default: '60s',
    example: '2m',
    option: 'waitTimeout',
    doc: 'How long to wait for a usable server before the gate ends with 30.',
  },
  {
    name: 'PGATE_AUTH_GRACE',
    group: 'times',
    kind: 'durationOrZero',
    default: '5s',
    example: '15s',
    option: 'authGrace',
    doc: 'How long a refused password, role or database is tried again before it is believed: a server that is being set up refuses for a moment. 0 believes it at once.',
  },
  {
    name: 'PGATE_DEADLINE',
    group: 'times',
    kind: 'durationOrNone',
    default: 'none',
    example: '10m',
    option: 'deadline',
    doc: 'The most the whole run may take. What is running then is cancelled and rolled back.',
  },
  {
    name: 'PGATE_LOCK_TIMEOUT',
    group: 'times',
    kind: 'durationOrZero',
    default: '5m',
    example: '15m',
    option: 'lockTimeout',
    doc: "How long to wait for another gate that is migrating the same database (the gate's own lock) before the gate ends with 52. 0 asks once.",
  },
  {
    name: 'PGATE_DDL_LOCK_TIMEOUT',
    group: 'times',
    kind: 'duration',
    default: '3s',
    example: '10s',
    option: 'ddlLockTimeout',
    doc: "The server's `lock_timeout` for each statement of a revision. A statement that meets it is rolled back and tried again after a pause, so that an application's queries never queue behind it for longer.",
  },
  {
    name: 'PGATE_STATEMENT_TIMEOUT',
    group: 'times',
    kind: 'durationOrNone',
    default: 'none',
    example: '30m',
    option: 'statementTimeout',
    doc: "The server's `statement_timeout` for each statement of a revision. `none` leaves the server's own setting.",
  },
  {
    name: 'PGATE_VERIFY',
    group: 'verdict',
    kind: 'words',
    words: VERIFY_MODES,
    default: 'manifest',
    example: 'structure',
    option: 'verify',
    doc: '`manifest` compares the live schema with `manifest.json`; `structure` checks only that indexes, constraints, version rows and extensions are whole; `off` skips the step.',
  },
  {
    name: 'PGATE_AHEAD',
    group: 'verdict',
    kind: 'words',
    words: AHEAD_MODES,
    default: 'refuse',
    example: 'allow',
    option: 'ahead',
    doc: 'What to do where the database is at a newer revision than this image holds: shut the gate, or open it, as rolling an application back may need.',
  },
  {
    name: 'PGATE_LOG_LEVEL',
    group: 'logs',
    kind: 'words',
    words: LOG_LEVELS,
    default: 'info',
    example: 'debug',
    option: 'logLevel',
    doc: 'The least that is logged.',
  },
  {
    name: 'PGATE_LOG_FORMAT',
    group: 'logs',
    kind: 'words',
    words: LOG_FORMATS,
    default: 'auto',
    example: 'json',
    option: 'logFormat',
    doc: '`auto` is `pretty` on a terminal and `json` elsewhere.',
  },
] as const satisfies readonly Variable[]

export type VariableName = (typeof VARIABLES)[number]['name']

const BY_NAME: ReadonlyMap<string, Variable> = new Map(
  VARIABLES.map((variable): [string, Variable] => [variable.name, variable]),
)

/** The table's entry for the name; undefined only where the table has none. */
export function findVariable(name: VariableName): Variable
export function findVariable(name: string): Variable | undefined
export function findVariable(name: string): Variable | undefined {
  return BY_NAME.get(name)
}

/** True where it holds a secret or a URL: it is then never shown, and has a `_FILE` twin. */
export function isSecret(variable: Variable): boolean {
  return KINDS[variable.kind].secret
}

/** The variable that names a file holding the value, as Docker's secrets have it. */
export function twinName(name: string): string {
  return `${name}_FILE`
}

/** The option as it is typed: `--wait-timeout` for `waitTimeout`. */
export function optionFlag(option: keyof ConfigOptions): string {
  return `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`
}
