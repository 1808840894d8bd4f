import { difference } from '../diff/difference.ts'
import type { RenameQuestion } from '../diff/renames/questions.ts'
import { renamed } from '../diff/renames/renames.ts'
import type { Statement, Unwritten } from '../diff/statement.ts'
import type { RunContext } from '../gate/resources.ts'
import { withKept } from './kept.ts'
import { leftToAuthor } from './left-out.ts'
import { readRenames } from './renames.ts'
import { sectionText } from './section.ts'
import { readSideSchema, type Side } from './sides.ts'
import type { ThrowawayPlace } from './throwaway.ts'

/** Between what a difference is to be written. */
export interface DiffRequest extends Pick<ThrowawayPlace, 'server'> {
  readonly from: Side
  readonly to: Side
  readonly renames: readonly string[]
  /** True: what models say nothing of is dropped, too. */
  readonly dropUnknown: boolean
  /** True: what destroys data is no comment. */
  readonly allowDestructive: boolean
}

/** A difference, as SQL and as what it is made of. */
export interface WrittenDiff {
  /** Empty where there is none. */
  readonly sql: string
  readonly statements: readonly Statement[]
  readonly leftOut: ReadonlySet<Statement>
  readonly questions: readonly RenameQuestion[]
  readonly unwritten: readonly Unwritten[]
  /** The major versions that printed the two sides. */
  readonly servers: { readonly from: number; readonly to: number }
}

/**
 * The SQL that leads from one side's schema to the other's. What destroys data is a comment, and what models say
 * nothing of stays.
 * @throws {GateError} CONFIG_INVALID, and what reading the sides throws
 */
export async function writeDiff(context: RunContext, request: DiffRequest): Promise<WrittenDiff> {
  const { server, dropUnknown } = request
  const from = await readSideSchema(context, request.from, { server })
  const ground = dropUnknown ? undefined : from.schema
  const to = await readSideSchema(context, request.to, { server, ground, other: from.schema })
  const { schema } = context.config
  const renames = readRenames(request.renames, { from: from.schema, to: to.schema, schema })
  const isWhole = dropUnknown || to.held === undefined
  const called = renamed(from.schema, to.schema, renames).schema
  const wanted = isWhole ? to.schema : withKept(called, to.schema, to.held)
  const { statements, questions, unwritten } = difference(from.schema, wanted, { renames })
  const leftOut = request.allowDestructive
    ? new Set<Statement>()
    : leftToAuthor(statements, from.schema, wanted).statements
  const section = { statements, leftOut, questions, unwritten, from: from.schema, to: wanted }
  const sql = sectionText(section)
  const servers = { from: from.server, to: to.server }
  return { sql, statements, leftOut, questions, unwritten, servers }
}
