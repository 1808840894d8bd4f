export const VERIFY_MODES = ['manifest', 'structure', 'off'] as const
export const AHEAD_MODES = ['refuse', 'allow'] as const
export const PHASES = ['all', 'expand', 'contract'] as const
export type Phase = (typeof PHASES)[number]
export const BLOCKER_MODES = ['wait', 'cancel', 'terminate'] as const
export const LOG_FORMATS = ['auto', 'json', 'pretty', 'gcp', 'ecs'] as const
export type LogFormat = (typeof LOG_FORMATS)[number]
export const TRUE_OR_FALSE = ['true', 'false'] as const
export const FOLDER_FORMATS = [
  'auto',
  'pgate',
  'alembic',
  'dbmate',
  'diesel',
  'drizzle',
  'drizzle-1',
  'flyway',
  'golang-migrate',
  'goose',
  'prisma',
  'sqlx',
] as const

export const LINT_MODES = ['warn', 'refuse', 'off'] as const

/** The rules of `pgate lint`, by what a file's `-- pgate: allow` calls them. @see docs/lint.md */
export const LINT_RULES = [
  'rewrites-table',
  'blocks-writes-while-building',
  'scans-under-lock',
  'validates-in-the-same-transaction',
  'enum-value-used-in-its-transaction',
  'fails-on-rows',
  'drops-data',
  'breaks-the-running-version',
  'one-big-write',
  'locks-many',
  'locks-the-other-table',
  'partition-lock',
  'full-lock-maintenance',
  'name-too-long',
  'concurrently-without-name',
  'if-not-exists-index',
  'session-setting-left',
  'not-repeatable-on',
  'server-version',
] as const
export type LintRule = (typeof LINT_RULES)[number]
