import type { FailureEntry } from './entry.ts'

/** What may fail at the database, from the history that it has to the schema that it must have. */
export const DATABASE_FAILURES = {
  HISTORY_UNKNOWN: {
    exit: 'history',
    meaning: 'The database is at a revision that the files lack.',
    remedy:
      'Run the image that holds the revision (an older one may be running now), or set PGATE_AHEAD to `allow` if an older application is meant to run.',
  },
  HISTORY_EDITED: {
    exit: 'history',
    meaning: 'A revision was edited after it had been applied to this database.',
    remedy:
      'Put the file back as it was, and write the change as a new revision. A comment or a formatter: `pgate accept <revision>`.',
  },
  HISTORY_TABLE: {
    exit: 'history',
    meaning:
      'A table of pgate is not of the shape that pgate made, is in another schema, may have been planted by another role, or hides rows by row security.',
    remedy:
      'Read what was found there and who owns it before you change anything; then run the statement that the message ends with, or put the table back as it was. A renamed pgate_journal is replaced by a new one.',
  },
  HISTORY_UNFINISHED: {
    exit: 'history',
    meaning:
      'A revision that runs statement by statement stopped half-way in the other direction, or the version row of one is there whose newest run failed.',
    remedy:
      'Run the same command as then: it continues at the statement where it stopped. If the version row is there, complete what is missing and run the `pgate stamp` that the message prints.',
  },
  HISTORY_ELSEWHERE: {
    exit: 'history',
    meaning:
      'The database has the history table of another tool, and not the one that goes with the migrations folder: to begin at base could run every file once more.',
    remedy: 'Do what the message says for the case that is yours; nothing was run.',
  },
  HISTORY_FAILED: {
    exit: 'history',
    meaning:
      "The history table of another tool says that a run of that tool's failed, or is not over.",
    remedy:
      'Look at what that run has left, put it right, and clear its row with the command that the message prints.',
  },
  HISTORY_LATE: {
    exit: 'history',
    meaning:
      "A file of another tool's was added below one that is applied already, and that tool refuses to run it.",
    remedy:
      'Give the file a newer number, as the tool itself would have you do, or allow it as the message says.',
  },
  HISTORY_PENDING: {
    exit: 'history',
    meaning: '`pgate check` found revisions that the database does not have.',
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
    meaning: 'Another gate took over: the lock was released or, behind a pooler, not kept alive.',
    remedy:
      'Run it again: what was committed stands. Take what releases the lock (DISCARD ALL, pg_advisory_unlock_all) out of the revision that the message names; behind a pooler find out what stopped the process, or cut it off, for over 30 seconds.',
  },
  LOCK_TIMEOUT: {
    exit: 'lock',
    meaning: 'Another gate held the lock past PGATE_LOCK_TIMEOUT.',
    remedy:
      'Let the other gate end (the message names its process), or raise PGATE_LOCK_TIMEOUT; nothing was changed.',
  },
  MIGRATION_FAILED: {
    exit: 'migration',
    meaning: 'A statement of a revision failed.',
    remedy:
      'Fix the statement at the file and line named; nothing of its transaction was kept, and the next run continues from there.',
  },
  BATCH_KEY: {
    exit: 'migration',
    meaning:
      'A batch needs a unique key over NOT NULL columns that the statement does not change, and the table has none such.',
    remedy:
      'Name the columns of a unique index after `by`, in its order, or add a primary key in a revision before; nothing of this one was run if the table was there before.',
  },
  MIGRATOR_FAILED: {
    exit: 'migration',
    meaning:
      'The program that PGATE_MIGRATE_COMMAND or PGATE_MODELS names, or that follows `--`, has failed.',
    remedy:
      'Read its last lines, which the message repeats, and fix what they name. What it had committed stands; the next run starts it again.',
  },
  MODELS_FAILED: {
    exit: 'migration',
    meaning: 'A statement of the wanted schema failed on the throwaway database.',
    remedy:
      'Fix what the message names. An extension that the models need is declared in PGATE_EXTENSIONS, or created by a revision; with --shadow-url, the server has to have it.',
  },
  MIGRATOR_BEHIND: {
    exit: 'verify',
    meaning:
      'The program that migrates has ended with 0, and the database is not where the files in PGATE_MIGRATIONS lead.',
    remedy:
      'See that the program works on this database (its own settings, or DATABASE_URL) and goes to the head (`alembic upgrade head`), and that PGATE_MIGRATIONS is the folder that it reads.',
  },
  MIGRATION_NOT_PERMITTED: {
    exit: 'migration',
    meaning: 'The role lacks a right that pgate itself needs, to keep its tables or to SET ROLE.',
    remedy:
      'Grant the role that pgate connects as (or PGATE_ROLE) CREATE on PGATE_SCHEMA and all rights on its version table and pgate_journal, or set PGATE_ROLE to a role that owns the schema.',
  },
  MIGRATION_RETRIES: {
    exit: 'migrationRetriable',
    meaning: 'lock_timeout, deadlock or serialization failure outlasted the retries.',
    remedy:
      'Run it again when it is quieter. A long transaction of an application is the usual cause: pg_stat_activity shows it.',
  },
  MIGRATION_CONNECTION_LOST: {
    exit: 'migrationRetriable',
    meaning:
      'The connection was lost while a revision or the program of PGATE_MIGRATE_COMMAND ran, or while an index was repaired.',
    remedy:
      "Run it again: it continues where it stopped. If it keeps happening, look in the server's log.",
  },
  SESSION_LIMIT: {
    exit: 'migration',
    meaning:
      "transaction_timeout, idle_in_transaction_session_timeout or idle_session_timeout ended pgate's session: a limit of the role, the database or the server, or one that the revision sets itself.",
    remedy:
      'Raise the setting that is named, or set it to 0 for the role that pgate connects as; the same would happen again.',
  },
  MIGRATION_DEADLINE: {
    exit: 'migrationRetriable',
    meaning: 'PGATE_DEADLINE passed while revisions were being applied, or indexes repaired.',
    remedy:
      'Run it again: it continues where it stopped. Raise PGATE_DEADLINE if the revisions need longer.',
  },
  VERIFY_DRIFT: {
    exit: 'verify',
    meaning: 'The live schema is not what the manifest promises.',
    remedy:
      'Compare what is listed: put a change made by hand into a revision, or undo it. `pgate manifest` writes the manifest again if the revisions are right.',
  },
  VERIFY_STRUCTURE: {
    exit: 'verify',
    meaning: 'An index is invalid, a constraint is not validated, or the version rows are wrong.',
    remedy:
      'Rebuild an invalid index (`pgate verify --repair`), validate the constraint, or see `pgate current`, as the message says.',
  },
  SCHEMA_DIFFERS: {
    exit: 'verify',
    meaning:
      '`pgate revision --autogenerate --check` or `pgate diff --check` found that one schema is not the other.',
    remedy:
      'Generate the revision that is missing (`pgate revision --autogenerate -m "..."`), read it, and commit it together with the models.',
  },
  AUTOGENERATE_UNPROVED: {
    exit: 'verify',
    meaning:
      'The revision that was generated does not lead to the wanted schema and back; the file is written.',
    remedy:
      'Read the comments at the end of its sections, which say what is left, and complete them by hand.',
  },
  VERIFY_LOCKED: {
    exit: 'migrationRetriable',
    meaning: "Another session's lock kept verify from reading the schema for PGATE_LOCK_TIMEOUT.",
    remedy:
      'Wait until the session that the message names is done, or end it, and run pgate again. Views can be read only where their tables are not locked.',
  },
  INTERRUPTED: {
    exit: 'sigint',
    meaning:
      "The AbortSignal of a library's call was aborted, or its logger threw; nothing was left half-done.",
    remedy: 'Call it again when it is wanted: it continues where it stopped.',
  },
  INTERRUPTED_SIGINT: {
    exit: 'sigint',
    meaning:
      'SIGINT arrived; nothing was left half-done. After a second one the server may still be at a statement: the last line names the session.',
    remedy: 'Run it again when it is wanted: it continues where it stopped.',
  },
  INTERRUPTED_SIGTERM: {
    exit: 'sigterm',
    meaning:
      'SIGTERM arrived; nothing was left half-done. After a second one the server may still be at a statement: the last line names the session.',
    remedy:
      'Nothing, if the platform moved or stopped the container: the next run continues where it stopped. Otherwise see why its time limit was reached.',
  },
} as const satisfies Record<string, FailureEntry>
