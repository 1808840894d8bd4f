import { withoutLastPart } from '../../catalog/object-key.ts'
import { kindOf, nameOf } from '../objects.ts'
import type { Schema } from '../schema.ts'

/** `--rename public.users.old=public.users.new`, of both names, answers it. */
export interface RenameQuestion {
  readonly kind: 'table' | 'column'
  readonly from: string
  readonly to: string
}

/**
 * What may have been renamed, every such pair: of one table a column that is gone and a new one of the same
 * type; a table that is gone and a new one with the same columns. Which of them it is, is for the author to say.
 */
export function renameQuestions(from: Schema, to: Schema): readonly RenameQuestion[] {
  const [gone, added] = [missing(from, to), missing(to, from)]
  return gone.flatMap((old) =>
    added.filter((now) => mayBe(old, now)).map((now) => question(old, now)),
  )
}

interface Candidate {
  readonly kind: 'table' | 'column'
  readonly name: string
  /** Of a column its table, of a table nothing. */
  readonly within: string | undefined
  /** Of a column its type, of a table its columns with theirs. */
  readonly shape: () => string
}

function mayBe(old: Candidate, now: Candidate): boolean {
  return old.kind === now.kind && old.within === now.within && old.shape() === now.shape()
}

function question({ kind, name }: Candidate, now: Candidate): RenameQuestion {
  return { kind, from: name, to: now.name }
}

/** Tables and columns that the other side has not; not the columns of a table that it has not. */
function missing(schema: Schema, other: Schema): readonly Candidate[] {
  return [...schema.objects].flatMap(([key, definition]): readonly Candidate[] => {
    const [kind, name] = [kindOf(key), nameOf(key)]
    if (other.objects.has(key)) return []
    if (kind === 'table')
      return [{ kind, name, within: undefined, shape: () => shapeOf(schema, name) }]
    const table = withoutLastPart(name)
    const isOfBoth = [schema, other].every((one) => one.objects.has(`table ${table}`))
    if (kind !== 'column' || !isOfBoth || isPartition(other, table)) return []
    return [{ kind, name, within: table, shape: () => String(definition.type) }]
  })
}

/** Its columns follow its table's. */
function isPartition({ objects }: Schema, table: string): boolean {
  return objects.get(`table ${table}`)?.partitionOf !== undefined
}

function shapeOf({ objects }: Schema, table: string): string {
  const columns = [...objects].filter(([key]) => key.startsWith(`column ${table}.`))
  return columns
    .map(([key, { type }]) => `${key.slice(`column ${table}.`.length)} ${type}`)
    .toSorted()
    .join(', ')
}
