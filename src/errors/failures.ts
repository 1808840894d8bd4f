import { BEFORE_REVISIONS_FAILURES } from './failures/before-revisions.ts'
import { DATABASE_FAILURES } from './failures/database.ts'
import type { FailureEntry } from './failures/entry.ts'
import { FILES_FAILURES } from './failures/files.ts'

export type { FailureEntry } from './failures/entry.ts'

/**
 * Every failure an operator can meet: a stable code (never reused), the exit code it leads to, one
 * sentence of meaning and what to do about it. `docs/troubleshooting.md` is written from this table and a
 * test holds the two equal.
 */
export const FAILURES = {
  ...BEFORE_REVISIONS_FAILURES,
  ...FILES_FAILURES,
  ...DATABASE_FAILURES,
} as const satisfies Record<string, FailureEntry>

export type FailureCode = keyof typeof FAILURES
