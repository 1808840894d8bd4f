import { EXIT_CODES, type ExitName } from './exit-codes.ts'

/**
 * Every failure an operator can meet: a stable code (never reused), the exit code it leads to and
 * one sentence of meaning. `docs/errors.md` is written from this table and a test holds the two
 * equal.
 */
export const FAILURES = {
  USAGE: { exit: 'usage', meaning: 'A command or an option is unknown, or an argument is missing.' },
  CONFIG_INVALID: {
    exit: 'config',
    meaning: 'One or more variables or options hold a value that cannot be used; all are listed.',
  },
  CONFIG_POOLER: {
    exit: 'config',
    meaning: 'Revisions are pending and the connection goes through a pooler, where no lock holds.',
  },
  EMBEDDED_LOCKED: {
    exit: 'config',
    meaning: 'Another process has the embedded data directory open.',
  },
  NOT_READY: {
    exit: 'notReady',
    meaning: 'The server did not become usable before the wait timeout.',
  },
  CONNECTION_LOST: {
    exit: 'notReady',
    meaning: 'The connection was lost while the database was only being read.',
  },
  CONNECTION_REFUSED: {
    exit: 'refused',
    meaning: 'The server answered and refused the password, role, database or TLS, to the end.',
  },
  EXTENSION_UNAVAILABLE: {
    exit: 'extensionUnavailable',
    meaning: 'A declared extension is not installed on the server.',
  },
  EXTENSION_TOO_OLD: {
    exit: 'extensionUnavailable',
    meaning: 'The newest version of an extension that the server offers is below the floor.',
  },
  EXTENSION_NOT_PERMITTED: {
    exit: 'extensionNotPermitted',
    meaning: 'This role may not create or update a declared extension.',
  },
  REVISION_DIRECTORY: {
    exit: 'revisions',
    meaning: 'The migrations folder is missing, unreadable or holds no revision.',
  },
  REVISION_UNREADABLE: { exit: 'revisions', meaning: 'A revision file cannot be read.' },
  REVISION_ENCODING: {
    exit: 'revisions',
    meaning: 'A revision file is not UTF-8 text, or holds a NUL byte.',
  },
  REVISION_HEADER: {
    exit: 'revisions',
    meaning: 'The header of a revision file is missing, incomplete or malformed.',
  },
  REVISION_SECTION: {
    exit: 'revisions',
    meaning: 'A revision file has no upgrade section, or one section twice.',
  },
  REVISION_MODULE: {
    exit: 'revisions',
    meaning: 'A TypeScript or JavaScript revision cannot be loaded, or lacks an export.',
  },
  REVISION_UNSUPPORTED: {
    exit: 'revisions',
    meaning: 'A revision holds COPY data, a psql meta-command or transaction control.',
  },
  REVISION_TRANSACTION: {
    exit: 'revisions',
    meaning: 'A revision asks for a transaction and holds a statement that may not run in one.',
  },
  REVISION_DUPLICATE: { exit: 'revisions', meaning: 'Two revision files carry the same id.' },
  REVISION_MISSING_PARENT: {
    exit: 'revisions',
    meaning: 'A revision revises, or depends on, one that no file holds.',
  },
  REVISION_CYCLE: { exit: 'revisions', meaning: 'Revisions revise each other in a circle.' },
  REVISION_MULTIPLE_HEADS: {
    exit: 'revisions',
    meaning: 'The files have several heads where one is wanted.',
  },
  REVISION_UNKNOWN_TARGET: {
    exit: 'revisions',
    meaning: 'The target names no revision, or more than one.',
  },
  MANIFEST_INVALID: { exit: 'revisions', meaning: 'manifest.json cannot be read or is malformed.' },
  MANIFEST_STALE: {
    exit: 'verify',
    meaning: '`pgate manifest --check` found that manifest.json is not what the revisions make.',
  },
  HISTORY_UNKNOWN: {
    exit: 'history',
    meaning: 'The database is at a revision that the files lack.',
  },
  HISTORY_EDITED: {
    exit: 'history',
    meaning: 'A revision was edited after it had been applied to this database.',
  },
  HISTORY_CHANGED: {
    exit: 'history',
    meaning: 'The version table was changed by somebody else during the run.',
  },
  LOCK_TIMEOUT: { exit: 'lock', meaning: 'Another gate held the lock past PGATE_LOCK_TIMEOUT.' },
  MIGRATION_FAILED: { exit: 'migration', meaning: 'A statement of a revision failed.' },
  MIGRATION_NOT_PERMITTED: {
    exit: 'migration',
    meaning: 'The role lacks a right that pgate itself needs, to keep its tables or to SET ROLE.',
  },
  MIGRATION_RETRIES: {
    exit: 'migrationRetriable',
    meaning: 'lock_timeout, deadlock or serialization failure outlasted the retries.',
  },
  MIGRATION_CONNECTION_LOST: {
    exit: 'migrationRetriable',
    meaning: 'The connection was lost while a revision ran.',
  },
  MIGRATION_DEADLINE: {
    exit: 'migrationRetriable',
    meaning: 'PGATE_DEADLINE passed while revisions were being applied.',
  },
  VERIFY_DRIFT: {
    exit: 'verify',
    meaning: 'The live schema is not what the manifest promises.',
  },
  VERIFY_STRUCTURE: {
    exit: 'verify',
    meaning: 'An index is invalid, a constraint is not validated, or the version rows are wrong.',
  },
  INTERRUPTED_SIGINT: { exit: 'sigint', meaning: 'SIGINT arrived; nothing was left half-done.' },
  INTERRUPTED_SIGTERM: { exit: 'sigterm', meaning: 'SIGTERM arrived; nothing was left half-done.' },
} as const satisfies Record<string, { exit: ExitName; meaning: string }>

export type FailureCode = keyof typeof FAILURES

/** What goes with a failure besides its message. */
export interface FailureDetails {
  /** What happened, as log fields; never a secret, never row data. */
  readonly facts?: Readonly<Record<string, unknown>>
  /** The next thing to do, in one sentence. */
  readonly hint: string
  readonly cause?: unknown
}

/**
 * A failure the operator can act on, the only kind pgate throws on purpose. Whatever else reaches
 * the edge is a fault of pgate and ends with exit code 1.
 */
export class GateError extends Error {
  /** Stable, in docs/errors.md, never reused. */
  readonly code: FailureCode
  readonly exitCode: number
  readonly retriable: boolean
  readonly facts: Readonly<Record<string, unknown>>
  readonly hint: string

  constructor(code: FailureCode, message: string, details: FailureDetails) {
    super(message, { cause: details.cause })
    const exit = EXIT_CODES[FAILURES[code].exit]
    this.name = 'GateError'
    this.code = code
    this.exitCode = exit.number
    this.retriable = exit.retriable === true
    this.facts = Object.freeze({ ...details.facts })
    this.hint = details.hint
  }
}
