/**
 * The exit codes: a public contract. `docs/exit-codes.md` is written from this table and a test
 * holds the two equal. Numbers keep clear of Node's own 1 to 14, Docker's 125 to 127 and 128+signal.
 *
 * `retriable` means that the same call may succeed later without a human.
 */
export const EXIT_CODES = {
  open: {
    number: 0,
    retriable: null,
    meaning: 'the gate is open',
    remedy: 'Nothing: start the application.',
  },
  bug: {
    number: 1,
    retriable: false,
    meaning: 'an unexpected error: a fault of pgate',
    remedy: 'Report it with the log; the database is as the last line says.',
  },
  usage: {
    number: 2,
    retriable: false,
    meaning: 'unknown command or option',
    remedy: 'Correct the call; `pgate --help` lists the commands.',
  },
  config: {
    number: 20,
    retriable: false,
    meaning: 'environment or option value invalid',
    remedy: 'Correct every setting that the message names.',
  },
  notReady: {
    number: 30,
    retriable: true,
    meaning: 'the server was not usable before the deadline',
    remedy: 'Run it again. If it keeps failing, check that the server runs and can be reached.',
  },
  refused: {
    number: 31,
    retriable: false,
    meaning: 'password, role, database or TLS refused, and still so after the grace period',
    remedy: 'Correct the password, user, database or sslmode; the server is up and says no.',
  },
  extensionUnavailable: {
    number: 40,
    retriable: false,
    meaning: 'an extension is not installed on the server, or below the version floor',
    remedy: "Install the extension's package on the server, or a newer one.",
  },
  extensionNotPermitted: {
    number: 41,
    retriable: false,
    meaning: 'this role may not create or update an extension',
    remedy: 'Give PGATE_ADMIN_URL a role that may, or have an administrator create it.',
  },
  revisions: {
    number: 50,
    retriable: false,
    meaning: 'the revision files are wrong: unreadable, cycle, missing parent, several heads',
    remedy: 'Fix the file at the line named, and build the image again.',
  },
  history: {
    number: 51,
    retriable: false,
    meaning: 'the database disagrees with the files: edited, missing or unknown revision',
    remedy: 'Run the image that matches the database, or fix what differs, as the message says.',
  },
  lock: {
    number: 52,
    retriable: true,
    meaning: 'another gate held the lock past the deadline',
    remedy: 'Run it again when the other gate has ended; the message says which process it is.',
  },
  migration: {
    number: 53,
    retriable: false,
    meaning: 'a statement failed',
    remedy: 'Fix the statement; the next run continues where this one stopped.',
  },
  migrationRetriable: {
    number: 54,
    retriable: true,
    meaning: 'lock_timeout, deadlock, serialization or a lost connection outlasted the retries',
    remedy: 'Run it again: it continues where it stopped.',
  },
  verify: {
    number: 60,
    retriable: false,
    meaning: 'the live schema is not what the manifest promises, or an index is invalid',
    remedy: 'Undo what was changed by hand, or put it into a revision.',
  },
  lint: {
    number: 61,
    retriable: false,
    meaning: 'lint found what would hurt in production',
    remedy: 'Write it the safe way that the finding shows, or allow it in the file with a reason.',
  },
  roundTrip: {
    number: 62,
    retriable: false,
    meaning: 'a revision does not come back to where it was, by `pgate test`',
    remedy: 'Correct the downgrade section that the report names.',
  },
  backup: {
    number: 63,
    retriable: false,
    meaning: 'PGATE_BACKUP_COMMAND failed, and nothing was applied',
    remedy: 'Put right what the last lines of its output say, and run pgate again.',
  },
  sigint: {
    number: 130,
    retriable: true,
    meaning: 'interrupted by SIGINT, or by the AbortSignal of a call of the library',
    remedy: 'Run it again when you want it to continue.',
  },
  sigterm: {
    number: 143,
    retriable: true,
    meaning: 'interrupted by SIGTERM',
    remedy: 'Nothing, where the platform stopped it; it continues where it stopped.',
  },
} as const satisfies Record<string, ExitCodeEntry>

export interface ExitCodeEntry {
  readonly number: number
  /** `null` where there is nothing to retry. */
  readonly retriable: boolean | null
  readonly meaning: string
  /** What to do about it, in one sentence. */
  readonly remedy: string
}

export type ExitName = keyof typeof EXIT_CODES
