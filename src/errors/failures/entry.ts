import type { ExitName } from '../exit-codes.ts'

/** What there is to say of one failure. */
export interface FailureEntry {
  readonly exit: ExitName
  readonly meaning: string
  /**
   * What to do about it, for the operator who is paged at night: a sentence or two. It is the hint of
   * every such failure that has none of its own, so it is plain text.
   */
  readonly remedy: string
}
