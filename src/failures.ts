import type { ExitName } from './exit-codes.ts'

/**
 * Every failure an operator can meet: a stable code (never reused), the exit code it leads to, one
 * sentence of meaning and what to do about it. `docs/errors.md` is written from this table and a
 * test holds the two equal.
 */
export const FAILURES = {
  USAGE: {
    exit: 'usage',
    meaning: 'A command or an option is unknown, or an argument is missing.',
    remedy: 'Run `pgate --help`, or `pgate <command> --help`, and correct the call.',
  },
  CONFIG_INVALID: {
    exit: 'config',
    meaning: 'One or more variables or options hold a value that cannot be used; all are listed.',
    remedy: 'Correct each setting the message names; docs/configuration.md lists them all.',
  },
  CONFIG_POOLER: {
    exit: 'config',
    meaning:
      'A pending revision runs outside a transaction, and through a pooler PGATE_ROLE or PGATE_SCHEMA cannot be set for it.',
    remedy:
      'Point the connection straight at the server (its own host and port) for the gate, and leave the pooler to the application.',
  },
  LISTEN_FAILED: {
    exit: 'config',
    meaning: 'The sidecar cannot listen at PGATE_LISTEN.',
    remedy:
      'Set PGATE_LISTEN to an address of this machine and a port above 1023 that nothing else has.',
  },
  EMBEDDED_LOCKED: {
    exit: 'config',
    meaning: 'Another process has the embedded data directory open.',
    remedy: 'Stop the other process, or give this one another data directory.',
  },
  NOT_READY: {
    exit: 'notReady',
    meaning: 'The server did not become usable before the wait timeout.',
    remedy:
      'See whether the server runs, and whether its name and port are right and reachable from here; where it only boots slowly, raise PGATE_WAIT_TIMEOUT.',
  },
  CONNECTION_LOST: {
    exit: 'notReady',
    meaning: 'The connection was lost, and no revision was being run.',
    remedy:
      "Run it again; where it keeps happening, look in the server's log for restarts and for an idle limit between here and there.",
  },
  SERVER_FAILED: {
    exit: 'notReady',
    meaning:
      "The server could not do what pgate asked for itself: no space, no memory, or a timeout of the role's.",
    remedy:
      "Do what the message says (disk space, the role's statement_timeout, who holds a lock on pgate's tables), and run it again.",
  },
  CONNECTION_REFUSED: {
    exit: 'refused',
    meaning: 'The server answered and refused the password, role, database or TLS, to the end.',
    remedy:
      'Correct the password, user, database or sslmode that the message names; the server answered, so waiting longer changes nothing.',
  },
  EXTENSION_UNAVAILABLE: {
    exit: 'extensionUnavailable',
    meaning: 'A declared extension is not installed on the server.',
    remedy:
      "Install the extension's package on the server (for vector, an image such as pgvector/pgvector), or take it out of PGATE_EXTENSIONS.",
  },
  EXTENSION_TOO_OLD: {
    exit: 'extensionUnavailable',
    meaning: 'The newest version of an extension that the server offers is below the floor.',
    remedy:
      'Install a newer package of the extension on the server, or lower the floor in PGATE_EXTENSIONS.',
  },
  EXTENSION_FAILED: {
    exit: 'extensionUnavailable',
    meaning: 'The server failed while it created or updated a declared extension.',
    remedy:
      'Run the statement that the message prints by hand and see what is in the way: a file that the package lacks, a library to preload, or an object of the same name.',
  },
  EXTENSION_NOT_PERMITTED: {
    exit: 'extensionNotPermitted',
    meaning: 'This role may not create or update a declared extension.',
    remedy:
      'Give PGATE_ADMIN_URL a role that may, or let an administrator run the CREATE EXTENSION that the message prints.',
  },
  REVISION_DIRECTORY: {
    exit: 'revisions',
    meaning: 'The migrations folder is missing, unreadable or holds no revision.',
    remedy:
      'Check PGATE_MIGRATIONS and, in a container, that the folder was copied or mounted there.',
  },
  REVISION_UNREADABLE: {
    exit: 'revisions',
    meaning: 'A revision file cannot be read.',
    remedy: 'Give the user that pgate runs as (65532 in the image) the right to read the file.',
  },
  REVISION_ENCODING: {
    exit: 'revisions',
    meaning: 'A revision file is not UTF-8 text, or holds a NUL byte.',
    remedy: 'Save the file as UTF-8 without NUL bytes.',
  },
  REVISION_HEADER: {
    exit: 'revisions',
    meaning: 'The header of a revision file is missing, incomplete or malformed.',
    remedy: 'Mend the header at the line named; docs/revision-files.md shows a whole one.',
  },
  REVISION_SECTION: {
    exit: 'revisions',
    meaning: 'A revision file has no upgrade section, or one section twice.',
    remedy:
      'Give the file exactly one `-- pgate: upgrade` section and at most one `-- pgate: downgrade`.',
  },
  REVISION_MODULE: {
    exit: 'revisions',
    meaning: 'A .ts or .js revision cannot be loaded, lacks an export, or is wanted as SQL.',
    remedy:
      'Make the module load by itself, and export `revision`, `revises` and `upgrade`; write `--sql` in parts around it.',
  },
  REVISION_UNSUPPORTED: {
    exit: 'revisions',
    meaning: 'A revision holds COPY data, a psql meta-command or transaction control.',
    remedy:
      'Write the step in plain SQL: INSERT in place of COPY data, no backslash commands, no BEGIN or COMMIT.',
  },
  REVISION_TRANSACTION: {
    exit: 'revisions',
    meaning: 'A revision asks for a transaction and holds a statement that may not run in one.',
    remedy:
      'Write `transaction: auto` in the header, or move the statement to a revision of its own.',
  },
  REVISION_DUPLICATE: {
    exit: 'revisions',
    meaning: 'Two revision files carry the same id, or the same branch label.',
    remedy: 'Give one of the files a new id (or label), unless one is a copy to be deleted.',
  },
  REVISION_MISSING_PARENT: {
    exit: 'revisions',
    meaning: 'A revision revises, or depends on, one that no file holds.',
    remedy: 'Restore the file that is missing, or correct `revises` in the one that names it.',
  },
  REVISION_CYCLE: {
    exit: 'revisions',
    meaning: 'Revisions revise each other in a circle.',
    remedy: 'Correct `revises` in one of the files named, so that a chain begins at `none`.',
  },
  REVISION_MULTIPLE_HEADS: {
    exit: 'revisions',
    meaning: 'The files have several heads where one is wanted.',
    remedy:
      'Join the heads with the `pgate merge` command that the message prints, or set PGATE_TARGET to `heads`.',
  },
  REVISION_UNKNOWN_TARGET: {
    exit: 'revisions',
    meaning: 'The target names no revision, more than one, or one that the database has not got.',
    remedy: 'Name a revision that `pgate history` lists, or write more of its id.',
  },
  REVISION_NOT_HEAD: {
    exit: 'revisions',
    meaning: 'A new revision, or a merge, was to follow one that others follow already.',
    remedy:
      'Name a head (`pgate heads` lists them); where a branch is wanted, add `--splice` to `pgate revision`.',
  },
  REVISION_NOT_WRITTEN: {
    exit: 'revisions',
    meaning: 'A new revision file could not be written, or one of its name is there already.',
    remedy:
      'Choose another message or id where the name is taken; otherwise give pgate the right to write to the folder.',
  },
  REVISION_IRREVERSIBLE: {
    exit: 'revisions',
    meaning: 'A revision on the way back has no downgrade section.',
    remedy: 'Write its `-- pgate: downgrade` section, or restore a backup; nothing was run.',
  },
  IMPORT_INVALID: {
    exit: 'revisions',
    meaning: 'What `pgate import` was given is not what the other tool writes, or not all of it.',
    remedy:
      'Mend what the message names, or write the SQL anew (`alembic upgrade head --sql`); no file was written.',
  },
  MANIFEST_INVALID: {
    exit: 'revisions',
    meaning: 'manifest.json cannot be read or is malformed.',
    remedy: 'Write the file anew with `pgate manifest`.',
  },
  MANIFEST_STALE: {
    exit: 'verify',
    meaning: '`pgate manifest --check` found that manifest.json is not what the revisions make.',
    remedy: 'Run `pgate manifest` and commit the file together with the revisions.',
  },
  HISTORY_UNKNOWN: {
    exit: 'history',
    meaning: 'The database is at a revision that the files lack.',
    remedy:
      'Run the image that holds the revision (an older one may be running now), or set PGATE_AHEAD to `allow` where an older application is meant to run.',
  },
  HISTORY_EDITED: {
    exit: 'history',
    meaning: 'A revision was edited after it had been applied to this database.',
    remedy: 'Put the file back as it was, and write the change as a new revision.',
  },
  HISTORY_TABLE: {
    exit: 'history',
    meaning: 'The version table or pgate_journal is not of the shape that pgate made.',
    remedy:
      'Put the table that another hand changed back as it was; a renamed pgate_journal is begun anew.',
  },
  HISTORY_UNFINISHED: {
    exit: 'history',
    meaning: 'A revision that runs statement by statement stands half-way in the other direction.',
    remedy: 'Run the same command as then: it goes on at the statement where it stopped.',
  },
  HISTORY_PENDING: {
    exit: 'history',
    meaning: '`pgate check` found revisions that the database has not got.',
    remedy:
      'Run pgate (or pgate upgrade), or wait for the gate that does: `pgate wait --for head`.',
  },
  HISTORY_CHANGED: {
    exit: 'history',
    meaning: 'The version table was changed by somebody else during the run.',
    remedy:
      'Find what else writes the version table (a second tool, a person), stop it, and run the gate again.',
  },
  LOCK_LOST: {
    exit: 'lock',
    meaning: 'Another gate took over: the lock was let go of or, behind a pooler, not kept alive.',
    remedy:
      'Run it again. Take what lets go of the lock (DISCARD ALL, pg_advisory_unlock_all) out of the revision that the message names; behind a pooler see what stops the process or keeps it from there for over 30 seconds.',
  },
  LOCK_TIMEOUT: {
    exit: 'lock',
    meaning: 'Another gate held the lock past PGATE_LOCK_TIMEOUT.',
    remedy:
      'See what the other gate is doing (the message names its process) and let it end, or raise PGATE_LOCK_TIMEOUT.',
  },
  MIGRATION_FAILED: {
    exit: 'migration',
    meaning: 'A statement of a revision failed.',
    remedy:
      'Mend the statement at the file and line named; nothing of its transaction was kept, and the next run goes on from there.',
  },
  MIGRATION_NOT_PERMITTED: {
    exit: 'migration',
    meaning: 'The role lacks a right that pgate itself needs, to keep its tables or to SET ROLE.',
    remedy:
      'Grant the role what the message names, or set PGATE_ROLE to a role that owns the schema.',
  },
  MIGRATION_RETRIES: {
    exit: 'migrationRetriable',
    meaning: 'lock_timeout, deadlock or serialization failure outlasted the retries.',
    remedy:
      'Run it again when it is quieter. A long transaction of an application is the usual cause: pg_stat_activity shows it.',
  },
  MIGRATION_CONNECTION_LOST: {
    exit: 'migrationRetriable',
    meaning: 'The connection was lost while a revision ran, or while an index was repaired.',
    remedy:
      'Run it again: it goes on where it stopped. Where it keeps happening, look in the log of the server.',
  },
  MIGRATION_DEADLINE: {
    exit: 'migrationRetriable',
    meaning: 'PGATE_DEADLINE passed while revisions were being applied, or indexes repaired.',
    remedy:
      'Run it again: it goes on where it stopped. Raise PGATE_DEADLINE where the revisions need longer.',
  },
  VERIFY_DRIFT: {
    exit: 'verify',
    meaning: 'The live schema is not what the manifest promises.',
    remedy:
      'Compare what is listed: put a change made by hand into a revision, or undo it. `pgate manifest` writes the manifest anew where the revisions are right.',
  },
  VERIFY_STRUCTURE: {
    exit: 'verify',
    meaning: 'An index is invalid, a constraint is not validated, or the version rows are wrong.',
    remedy:
      'Rebuild an invalid index (`pgate verify --repair`), validate the constraint, or see `pgate current`, as the message says.',
  },
  INTERRUPTED_SIGINT: {
    exit: 'sigint',
    meaning:
      'SIGINT arrived; nothing was left half-done. After a second one the server may still be at a statement: the last line names the session.',
    remedy: 'Run it again when you want it to go on.',
  },
  INTERRUPTED_SIGTERM: {
    exit: 'sigterm',
    meaning:
      'SIGTERM arrived; nothing was left half-done. After a second one the server may still be at a statement: the last line names the session.',
    remedy:
      'Nothing, where the platform moved or stopped the container; otherwise see why its time limit was met.',
  },
} as const satisfies Record<string, FailureEntry>

export interface FailureEntry {
  readonly exit: ExitName
  readonly meaning: string
  /** What to do about it, for the operator who is paged at night: a sentence or two. */
  readonly remedy: string
}

export type FailureCode = keyof typeof FAILURES
