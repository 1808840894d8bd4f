/**
 * The exit codes: a public contract. `docs/exit-codes.md` is written from this table and a test
 * holds the two equal. Numbers keep clear of Node's own 1 to 14, Docker's 125 to 127 and 128+signal.
 *
 * `retriable` means that the same call may succeed later without a human.
 */
export const EXIT_CODES = {
  open: { number: 0, retriable: null, meaning: 'the gate is open' },
  bug: { number: 1, retriable: false, meaning: 'an unexpected error: a fault of pgate' },
  usage: { number: 2, retriable: false, meaning: 'unknown command or option' },
  config: { number: 20, retriable: false, meaning: 'environment or option value invalid' },
  notReady: {
    number: 30,
    retriable: true,
    meaning: 'the server was not usable before the deadline',
  },
  refused: {
    number: 31,
    retriable: false,
    meaning: 'password, role, database or TLS refused, and still so after the grace period',
  },
  extensionUnavailable: {
    number: 40,
    retriable: false,
    meaning: 'an extension is not installed on the server, or below the version floor',
  },
  extensionNotPermitted: {
    number: 41,
    retriable: false,
    meaning: 'this role may not create or update an extension',
  },
  revisions: {
    number: 50,
    retriable: false,
    meaning: 'the revision files are wrong: unreadable, cycle, missing parent, several heads',
  },
  history: {
    number: 51,
    retriable: false,
    meaning: 'the database disagrees with the files: edited, missing or unknown revision',
  },
  lock: { number: 52, retriable: true, meaning: 'another gate held the lock past the deadline' },
  migration: { number: 53, retriable: false, meaning: 'a statement failed' },
  migrationRetriable: {
    number: 54,
    retriable: true,
    meaning: 'lock_timeout, deadlock, serialization or a lost connection outlasted the retries',
  },
  verify: {
    number: 60,
    retriable: false,
    meaning: 'the live schema is not what the manifest promises, or an index is invalid',
  },
  sigint: { number: 130, retriable: true, meaning: 'interrupted by SIGINT' },
  sigterm: { number: 143, retriable: true, meaning: 'interrupted by SIGTERM' },
} as const satisfies Record<string, ExitCodeEntry>

export interface ExitCodeEntry {
  readonly number: number
  /** `null` where there is nothing to retry. */
  readonly retriable: boolean | null
  readonly meaning: string
}

export type ExitName = keyof typeof EXIT_CODES

/** The number the process ends with for the named outcome. */
export function exitNumber(name: ExitName): number {
  return EXIT_CODES[name].number
}
