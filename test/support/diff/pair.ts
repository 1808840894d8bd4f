/** Two schemas between which the engine has to find the way, both ways. */
export interface Pair {
  /** What goes from one to the other, as the test's name. */
  readonly name: string
  /** What both have. */
  readonly both?: string
  readonly from: string
  readonly to: string
  /** Rows for `from`, such that `to` takes them, too. */
  readonly rows?: string
  /** The oldest major whose syntax both have. */
  readonly since?: number
  /** pgvector is needed. */
  readonly vector?: true
  /** It holds what is the whole database's: it cannot share one with others. */
  readonly isApart?: true
  /** The catalog's reading holds nothing of it, so that there is nothing to write. */
  readonly isUnread?: true
  /** What the engine names instead of writing it; the way there is all that is tried then. */
  readonly unwritten?: readonly string[]
}
