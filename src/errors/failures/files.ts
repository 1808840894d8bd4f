import type { FailureEntry } from './entry.ts'

/** What may be wrong with revision files, with a history to be imported, and with the manifest. */
export const FILES_FAILURES = {
  REVISION_DIRECTORY: {
    exit: 'revisions',
    meaning: 'The migrations folder is missing, unreadable or holds no revision.',
    remedy:
      'Set PGATE_MIGRATIONS to the folder of the revision files, which a container needs copied or mounted there; `pgate revision -m "..."` writes the first of them.',
  },
  REVISION_UNREADABLE: {
    exit: 'revisions',
    meaning: 'A revision file cannot be read.',
    remedy: 'Give the user that pgate runs as (65532 in the image) the right to read the file.',
  },
  REVISION_TOO_LARGE: {
    exit: 'revisions',
    meaning: 'A revision, or the folder, needs more memory than the container may use.',
    remedy:
      'Raise the memory limit to what the message says, or cut the revision into several; rows take least as COPY … FROM stdin.',
  },
  REVISION_ENCODING: {
    exit: 'revisions',
    meaning: 'A revision file is not UTF-8 text, or contains a NUL byte.',
    remedy: 'Save the file as UTF-8 without NUL bytes.',
  },
  REVISION_HEADER: {
    exit: 'revisions',
    meaning: 'The header of a revision file is missing, incomplete or malformed.',
    remedy: 'Fix the header at the line named; docs/revision-files.md shows a complete one.',
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
      'Make the module load by itself and export `revision`, `revises` and `upgrade`; await every promise, catch in its callbacks, and return instead of ending the process.',
  },
  REVISION_UNSUPPORTED: {
    exit: 'revisions',
    meaning:
      "A revision holds a psql meta-command, or transaction control that pgate cannot run; or a tool's folder has what only that tool does.",
    remedy:
      'Write the step in SQL without backslash commands; each BEGIN needs its COMMIT, and ROLLBACK has to go.',
  },
  REVISION_PLACEHOLDER: {
    exit: 'revisions',
    meaning: 'A file of another tool holds a placeholder that nothing gives a value.',
    remedy:
      'Set it where the tool takes it from (its variables, its configuration file); docs/other-tools.md says where pgate looks.',
  },
  REVISION_OWN_TABLE: {
    exit: 'revisions',
    meaning:
      'A revision drops, alters, renames, truncates or moves the version table, pgate_journal, pgate_batch or pgate_lease, or the schema they are in.',
    remedy:
      'Take the statement out; docs/next-to-an-orm.md says how a tool that writes such statements can leave the tables out.',
  },
  REVISION_TRANSACTION: {
    exit: 'revisions',
    meaning:
      'A revision asks for a transaction and holds a statement that may not run in one, or sets the level of none.',
    remedy:
      'Write `transaction: auto` in the header, or move the statement to a revision of its own.',
  },
  REVISION_BATCH: {
    exit: 'revisions',
    meaning: 'A `-- pgate: batch` line cannot be read, or does not go with the statement below it.',
    remedy:
      'Write `-- pgate: batch <table> [by <columns>], <n> rows[, pause <duration>]` right above a statement that uses the relation `batch`.',
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
    meaning: 'The target names no revision, more than one, or one that the database does not have.',
    remedy: 'Name a revision that `pgate history` lists, or write more of its id.',
  },
  REVISION_NOT_HEAD: {
    exit: 'revisions',
    meaning: 'A new revision, or a merge, was to follow one that others follow already.',
    remedy:
      'Name a head (`pgate heads` lists them); to start a branch, add `--splice` to `pgate revision`.',
  },
  REVISION_NOT_WRITTEN: {
    exit: 'revisions',
    meaning: 'A new revision file could not be written, or one of its name is there already.',
    remedy:
      'Choose another message or id if the name is taken; otherwise give pgate the right to write to the folder.',
  },
  REVISION_OPAQUE: {
    exit: 'revisions',
    meaning: 'A revision that is to be run is code that only its own tool runs.',
    remedy: 'Put the gate around that tool: `pgate -- <its command>`; nothing was run.',
  },
  REVISION_IRREVERSIBLE: {
    exit: 'revisions',
    meaning: 'A revision to be downgraded has no downgrade.',
    remedy:
      "Write its downgrade (the section `-- pgate: downgrade`, or another tool's down file), or restore a backup; nothing was run.",
  },
  REVISION_NOT_SQUASHED: {
    exit: 'revisions',
    meaning: 'Revisions could not be made into one that is proved to be equal to them.',
    remedy: 'Choose the range otherwise, as the message says; nothing was written.',
  },
  ROUND_TRIP: {
    exit: 'roundTrip',
    meaning:
      'A revision that was applied, downgraded and applied again has not left schema and rows as they were.',
    remedy:
      'Correct the downgrade section, for each object that is listed; then run pgate test again.',
  },
  ROUND_TRIP_SEED: {
    exit: 'roundTrip',
    meaning: 'The file with the rows for `pgate test` cannot be read, or a statement of it fails.',
    remedy: 'Correct the statement at the line named; no revision is to blame.',
  },
  IMPORT_INVALID: {
    exit: 'revisions',
    meaning: 'What `pgate import` was given is not what the other tool writes, or not all of it.',
    remedy:
      'Fix what the message names, or write the SQL again (`alembic upgrade head --sql`); no file was written.',
  },
  LINT_FAILED: {
    exit: 'lint',
    meaning:
      'A pending revision does what locks, fails or loses something in production (`pgate lint`, or a gate with PGATE_LINT=refuse).',
    remedy:
      'Write it the safe way that each finding shows, or put `-- pgate: allow <rule> because <reason>` right above the statement; docs/lint.md explains each rule.',
  },
  MANIFEST_INVALID: {
    exit: 'revisions',
    meaning: 'manifest.json cannot be read or is malformed.',
    remedy:
      'Write the file again with `pgate manifest`, or take the last good one from version control.',
  },
  MANIFEST_STALE: {
    exit: 'verify',
    meaning: '`pgate manifest --check` found that manifest.json is not what the revisions make.',
    remedy:
      'Run `pgate manifest` (with the same --shadow-url, if it was made with one), look at the difference, and commit it together with the revisions.',
  },
} as const satisfies Record<string, FailureEntry>
