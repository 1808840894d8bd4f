import type { LintRule } from '../config/choices.ts'
import type { Deploy } from './deploy.ts'
import type { Effect } from './effect.ts'
import type { SchemaFacts } from './facts.ts'
import type { LintStatement } from './statement.ts'
import type { RelationName } from './tree.ts'

/** `info` is reported under `--strict` alone. */
export type Severity = 'error' | 'warning' | 'info'

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
  /** The revision's, in a folder where one is a contract revision; absent: none is. */
  readonly phase?: 'expand' | 'contract' | undefined
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
  /** Whether once in a transaction is enough. */
  readonly isOnce?: true
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
