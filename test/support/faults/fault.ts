import type { ExitName } from '../../../src/errors/exit-codes.ts'
import type { FailureCode } from '../../../src/errors/failures.ts'

/** What a database holds of the story that every fault breaks into. */
export interface State {
  /** Each run that the journal reports: `aaa done`, `bbb running, 1 of 3`. */
  readonly journal: readonly string[]
  /** The version rows. */
  readonly versions: readonly string[]
  /** Tables, with their rows where there are any, and indexes: `first`, `first_id (invalid)`. */
  readonly schema: readonly string[]
}

/** One fault: a row of docs/reliability.md, and what its test holds pgate to. */
export interface Fault {
  /** What breaks. */
  readonly what: string
  /** What the test does, to do the same by hand. */
  readonly done: string
  /** `killed` where the process has no exit code of its own: 137. */
  readonly exit: ExitName | 'killed'
  /** Absent where the gate opens, and where it is killed. */
  readonly code?: FailureCode
  /** What else the last line says. */
  readonly says?: RegExp
  /** From the fault, or from its end where the gate sits it out, to the verdict; in seconds. */
  readonly withinS: number
  readonly after: State
  /** What has to be done before the next run; absent: nothing. */
  readonly heal?: string
  /** The next run's exit code is 0, always; what it leaves. */
  readonly next: State
}

export const EMPTY: State = { journal: [], versions: [], schema: [] }

/** Before the fault: `aaa` is applied, `bbb` is not. */
export const BEFORE: State = { journal: ['aaa done'], versions: ['aaa'], schema: ['first'] }

/** Both are. */
export const ALL: State = {
  journal: ['aaa done', 'bbb done'],
  versions: ['bbb'],
  schema: ['first', 'second'],
}

/** The fault was written to the journal, and nothing else is left of `bbb`. */
export const FAILED: State = { ...BEFORE, journal: ['aaa done', 'bbb failed, 0 of 2'] }

/** As ALL, where the journal still reports the failure. */
export const ALL_AFTER_FAILURE: State = {
  ...ALL,
  journal: ['aaa done', 'bbb failed, 0 of 2', 'bbb done'],
}

/** `bbb` runs by statements, and was cut off in the second of three, which builds an index. */
export const HALF_BUILT: State = {
  journal: ['aaa done', 'bbb running, 1 of 3'],
  versions: ['aaa'],
  schema: ['first (1 row)', 'first_id (invalid)'],
}

/** Every one of the three took effect once. */
export const BUILT: State = {
  journal: ['aaa done', 'bbb done'],
  versions: ['bbb'],
  schema: ['first (2 rows)', 'first_id'],
}
