import type { Node } from 'libpg-query'
import type { LintRule } from '../config/gate-variables.ts'
import type { Deploy } from './deploy.ts'
import type { Effect } from './effects.ts'
import type { SchemaFacts } from './facts.ts'
import type { RelationName } from './tree.ts'

/** `info` is reported under `--strict` alone. */
export type Severity = 'error' | 'warning' | 'info'

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
  /** What stands below a COPY … FROM stdin. */
  readonly copied?: string
}

/** What a `-- pgate: allow` line says. */
export interface Allow {
  readonly line: number
  readonly rules: readonly string[]
  readonly reason: string
}

/** What a rule has found in a statement. */
export interface Found {
  /** What happens, in one sentence. */
  readonly message: string
  /** The way to the same end that hurts nobody, as SQL. */
  readonly safe: string
  /** What is hit; one that this deploy makes hurts nobody. */
  readonly table?: RelationName | undefined
  /** Where it is another than the rule's own. */
  readonly severity?: Severity
  /** What is known of the database and bears on it. */
  readonly facts?: readonly string[]
  /** Why it is not reported after all; an `allow` line for it is of use all the same. */
  readonly silent?: string | undefined
}

/** What a rule may ask, besides the statement. */
export interface RuleContext {
  readonly deploy: Deploy
  /** What is known of the database before the deploy; absent: nothing. */
  readonly facts: SchemaFacts | undefined
  /** What the statement locks and does to which table, in its order. */
  readonly effects: readonly Effect[]
  /** What the file says of its transaction. */
  readonly transaction: string
  /** The schema of names that have none. */
  readonly schema: string
}

/** One rule: what it looks for, and what there is to say of it. */
export interface Rule {
  readonly id: LintRule
  readonly severity: Severity
  /** The majors that it concerns, in words. */
  readonly versions: string
  /** What goes wrong in production; for the report and docs/lint.md. */
  readonly why: string
  /** Whether a table that this deploy makes is none of its business. */
  readonly sparesNewTables: boolean
  readonly find: (statement: LintStatement, context: RuleContext) => Iterable<Found>
}

/** What is reported; frozen. */
export interface Finding {
  readonly rule: LintRule | 'allow'
  readonly severity: Severity
  readonly file: string
  readonly line: number
  readonly column: number
  readonly revision: string
  readonly message: string
  readonly why: string
  readonly safe: string
  /** What the live database says, a sentence each. */
  readonly facts: readonly string[]
  /** `trace`: the throwaway database showed it, and no rule had said so. */
  readonly by: 'rule' | 'trace'
}
