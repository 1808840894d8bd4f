import { escapeRegExp } from '../base/words.ts'
import type { Effect } from './effect.ts'
import type { SchemaFacts } from './facts.ts'
import type { LintStatement } from './statement.ts'
import { keyOf, listedRelation, namesIn, newNameIn, type RelationName, relationOf } from './tree.ts'

/** What decides about an effect, besides the statement. */
export interface EffectContext {
  readonly deploy: Deploy
  readonly facts: SchemaFacts | undefined
  readonly schema: string
  /** The statement as it stands in the file. */
  readonly text: string
}

/** A lock that a statement took, which its transaction holds. */
export interface HeldLock {
  readonly table: RelationName
  readonly isExclusive: boolean
  readonly line: number
}

/**
 * What the statements before one, of all revisions of the deploy, have done: what they made is new, and
 * nobody uses it yet. Grows as the statements go by.
 */
export class Deploy {
  readonly #facts: SchemaFacts | undefined
  readonly #made = new Set<string>()
  /** By the name of now: the one that it had when the deploy began. */
  readonly #renamed = new Map<string, string>()
  readonly #madeTypes = new Map<string, number>()
  readonly #checks = new Map<string, { readonly column: string; isValid: boolean }>()
  #transaction = -1
  #locks: HeldLock[] = []
  #values: { readonly value: string; readonly line: number }[] = []

  constructor(facts: SchemaFacts | undefined) {
    this.#facts = facts
  }

  /** Whether the table was there when the deploy began, so that the running version uses it. */
  isBefore(table: RelationName): boolean {
    const key = this.#renamed.get(keyOf(table)) ?? keyOf(table)
    return !this.isMade(table) && (this.#facts?.tables.has(key) ?? true)
  }

  isMade(table: RelationName): boolean {
    return this.#made.has(keyOf(table))
  }

  /** Whether a valid CHECK of the database or of this deploy says that the column is not null. */
  isProvedNotNull(table: RelationName, column: string): boolean {
    const prefix = `${keyOf(table)} `
    const own = [...this.#checks].some(
      ([key, check]) => key.startsWith(prefix) && check.isValid && check.column === column,
    )
    const found = this.#facts?.tables.get(keyOf(table))
    const proof = new RegExp(`^CHECK \\(\\(*"?${escapeRegExp(column)}"? IS NOT NULL\\)*\\)$`)
    return (
      own || found?.constraints.some((one) => one.isValid && proof.test(one.definition)) === true
    )
  }

  /** Locks that the transaction of a statement holds by statements before it. */
  locksOf({ transaction }: LintStatement): readonly HeldLock[] {
    return transaction === this.#transaction ? this.#locks : []
  }

  /** Values that the transaction of a statement has added to an enum of before. */
  valuesOf({ transaction }: LintStatement): readonly { readonly value: string; line: number }[] {
    return transaction === this.#transaction ? this.#values : []
  }

  /** Takes note of a statement, once the rules have looked at it. */
  note(statement: LintStatement, effects: readonly Effect[], schema: string): void {
    if (statement.transaction !== this.#transaction) {
      this.#transaction = statement.transaction
      this.#locks = []
      this.#values = []
    }
    const { line } = statement
    for (const { table, lock } of effects) {
      const isStrong = lock === 'access exclusive' || lock === 'share row exclusive'
      if (!isStrong || !this.isBefore(table)) continue
      this.#locks.push({ table, line, isExclusive: lock === 'access exclusive' })
    }
    this.#noteMade(statement, schema)
    this.#noteTypes(statement)
    for (const { table, check } of effects) {
      if (check === undefined) continue
      const key = `${keyOf(table)} ${check.name}`
      const known = this.#checks.get(key)
      if (check.column !== undefined) this.#checks.set(key, { column: check.column, ...check })
      else if (known !== undefined) known.isValid = check.isValid
    }
  }

  #noteMade({ node }: LintStatement, schema: string): void {
    const relation =
      'CreateStmt' in node
        ? node.CreateStmt.relation
        : 'CreateTableAsStmt' in node
          ? node.CreateTableAsStmt.into?.rel
          : 'SelectStmt' in node
            ? node.SelectStmt.intoClause?.rel
            : 'ViewStmt' in node
              ? node.ViewStmt.view
              : undefined
    const made = relationOf(relation, schema)
    const isThere = made !== undefined && this.#facts?.tables.has(keyOf(made)) === true
    const isIfMissing =
      ('CreateStmt' in node && node.CreateStmt.if_not_exists === true) ||
      ('ViewStmt' in node && node.ViewStmt.replace === true)
    if (made !== undefined && !(isIfMissing && isThere)) this.#made.add(keyOf(made))
    const moved = newNameIn(node, schema)
    if (moved !== undefined) {
      const { before, after } = moved
      const known = this.#renamed.get(keyOf(before)) ?? keyOf(before)
      if (this.#made.delete(keyOf(before))) this.#made.add(keyOf(after))
      else this.#renamed.set(keyOf(after), known)
    }
    if ('DropStmt' in node && node.DropStmt.removeType === 'OBJECT_TABLE') {
      // Who makes it again makes a new one.
      for (const one of node.DropStmt.objects ?? [])
        this.#made.add(keyOf(listedRelation(one, schema)))
    }
  }

  #noteTypes({ node, line, transaction }: LintStatement): void {
    if ('CreateEnumStmt' in node) {
      this.#madeTypes.set(namesIn(node.CreateEnumStmt.typeName).at(-1) ?? '', transaction)
    }
    if (!('AlterEnumStmt' in node)) return
    const { typeName, newVal, oldVal } = node.AlterEnumStmt
    const isOwn = this.#madeTypes.get(namesIn(typeName).at(-1) ?? '') === transaction
    if (newVal !== undefined && oldVal === undefined && !isOwn)
      this.#values.push({ value: newVal, line })
  }
}
