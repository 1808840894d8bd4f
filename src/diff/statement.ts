/** One statement of a difference, with what it costs. */
export interface Statement {
  /** Without its semicolon; a name in it is quoted as the server does it. */
  readonly sql: string
  /** The object that it makes, changes or drops: `column public.users.email`. */
  readonly key: string
  /** What cannot be made good again by the way there and back: `the rows of public.users`. */
  readonly destroys?: string
  /** The table that is written again as a whole, with its indexes. */
  readonly rewrites?: string
  /** It has to be committed before what it makes is used: ALTER TYPE … ADD VALUE. */
  readonly isApart?: true
}

/** What differs and is not written, with why. */
export interface Unwritten {
  readonly key: string
  readonly why: string
}

/** What a writer gives: statements in their order, and among them what it leaves to a person. */
export type Written = readonly (Statement | Unwritten)[]
