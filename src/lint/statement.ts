import type { Node } from 'libpg-query'
import type { Statement } from '../revisions/file/revision.ts'

/** One statement of a revision, read for the rules. */
export interface LintStatement {
  readonly node: Node
  /** As it stands in the file, without the semicolon. */
  readonly text: string
  /** As it is to be shown; 1-based line and column of the first token. */
  readonly file: string
  readonly line: number
  readonly column: number
  /** The same number for those that are committed together. */
  readonly transaction: number
  /** Whether PostgreSQL runs it within a transaction. */
  readonly isTransactional: boolean
  /** The lines of `-- pgate: allow` right above it. */
  readonly allows: readonly Allow[]
  /** What stands below a batch line. */
  readonly batched?: Statement
  /** What stands below a COPY … FROM stdin. */
  readonly copied?: string
}

/** What a `-- pgate: allow` line says. */
export interface Allow {
  readonly line: number
  readonly rules: readonly string[]
  readonly reason: string
}
