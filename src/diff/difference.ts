import { WRITERS } from './kinds/writers.ts'
import { actionsOf } from './planner/actions.ts'
import { withoutAttachedIndexes } from './planner/attached-indexes.ts'
import { otherOrders } from './planner/column-order.ts'
import { fatesOf } from './planner/fates.ts'
import { grouped } from './planner/grouped.ts'
import { keeping } from './planner/keeping.ts'
import { ordered } from './planner/order.ts'
import { withParts } from './planner/parts.ts'
import { withoutStuck } from './planner/stuck.ts'
import { written } from './planner/written.ts'
import { type RenameQuestion, renameQuestions } from './renames/questions.ts'
import { renamed } from './renames/renames.ts'
import type { Schema } from './schema.ts'
import { inSpellingOf } from './spelling.ts'
import type { Statement, Unwritten } from './statement.ts'

/** What the author has said that no catalog says. */
export interface Answers {
  /** Old key to new key, of tables and columns: `column public.users.old` → `column public.users.new`. */
  readonly renames: ReadonlyMap<string, string>
  /** Kinds of which nothing is dropped: models do not hold them. */
  readonly keptKinds?: ReadonlySet<string>
}

/** What leads from one schema to another. */
export interface Difference {
  /** In the order in which they run. */
  readonly statements: readonly Statement[]
  /** What may have been renamed: one is gone, one is new, and they are alike. */
  readonly questions: readonly RenameQuestion[]
  /** Objects that differ and that are not written, each with why. */
  readonly unwritten: readonly Unwritten[]
}

/** The statements that make `to` of `from`, in an order in which they can run. Pure. */
export function difference(from: Schema, to: Schema, answers: Answers): Difference {
  const called = renamed(from, to, answers.renames)
  const kept = keeping(inSpellingOf(called.schema, to), called.schema, answers.keptKinds)
  const [old, wanted] = [withParts(called.schema), withParts(kept)]
  const { fates, unwritten } = withoutStuck(
    withoutAttachedIndexes(fatesOf(old, wanted, WRITERS), old, wanted),
    wanted,
  )
  const groups = ordered(grouped(actionsOf(old, wanted, fates), old, WRITERS))
  const all = groups.flatMap((group) => written(group, old, WRITERS))
  const statements = all.filter((one) => 'sql' in one)
  return {
    statements: [
      ...statements.filter((one) => one.isApart),
      ...withoutBodyChecks(statements),
      ...called.statements,
      ...statements.filter((one) => !one.isApart),
    ],
    questions: renameQuestions(called.schema, kept),
    unwritten: [
      ...called.unwritten,
      ...all.filter((one) => 'why' in one),
      ...unwritten,
      ...otherOrders(old, wanted, fates),
    ],
  }
}

/** A body may name what is made after it. */
function withoutBodyChecks(statements: readonly Statement[]): readonly Statement[] {
  const routine = statements.find(({ sql }) =>
    /^CREATE (?:OR REPLACE )?(?:FUNCTION|PROCEDURE)\b/.test(sql),
  )
  if (routine === undefined) return []
  return [{ key: routine.key, sql: 'SET LOCAL check_function_bodies = off' }]
}
