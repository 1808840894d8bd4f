import type { Schema } from './schema.ts'
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

/** `--rename public.users.old=public.users.new` answers it. */
export interface RenameQuestion {
  readonly kind: 'table' | 'column'
  readonly from: string
  readonly to: string
}

/** The statements that make `to` of `from`, in an order in which they can run. Pure. */
export function difference(_from: Schema, _to: Schema, _answers: Answers): Difference {
  return { statements: [], questions: [], unwritten: [] }
}
