/** A project of examples/adopt: a small one that another tool has run so far. */
export interface Project {
  /** Its folder there. */
  readonly name: string
  /** What a team sets to put pgate in front of it, next to DATABASE_URL; paths as seen from the project. */
  readonly env: Readonly<Record<string, string>>
  /** What follows `pgate --`; absent: pgate runs the folder itself. */
  readonly command?: (place: Place) => readonly string[]
  /** Whether its tool is there to be run; absent: always. */
  readonly isThere?: () => boolean | Promise<boolean>
  /**
   * Takes an empty database part of the way as its tool would: by the tool itself or, where it cannot
   * be had, by the statements and the rows that it would write.
   */
  readonly made: (place: Place) => Promise<unknown>
  /** What is in the tool's own history, by its own word or its rows, in order. */
  readonly applied: (place: Place) => Promise<readonly string[]>
  /** The same after the gate has opened. */
  readonly all: readonly string[]
  /** Afterwards: the tool continues with a file of its own, as if pgate had never been there. */
  readonly back: (place: Place) => Promise<unknown>
}

/** A copy of the project, which may be changed, and its database. */
export interface Place {
  readonly folder: string
  readonly url: string
}
