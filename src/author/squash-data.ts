import type { Revision } from '../revisions/file/revision.ts'
import { splitStatements } from '../revisions/sql/split.ts'
import { notSquashed, type SquashRange } from './squash-range.ts'

/** A revision whose statements on rows go into the squashed one as they are. */
export interface CarriedOver {
  readonly revision: Revision
  readonly statements: readonly string[]
}

/** Statements that can change rows; a schema does not say what they did. */
const ON_ROWS: ReadonlySet<string> = new Set([
  ...['InsertStmt', 'UpdateStmt', 'DeleteStmt', 'MergeStmt', 'CopyStmt', 'TruncateStmt'],
  ...['DoStmt', 'CallStmt', 'SelectStmt'],
])

/**
 * The statements on rows of the named revisions. From base, all other rows are written out; a database that
 * stands before a later range has rows of its own, so there nothing on rows may be left behind.
 * @throws {GateError} REVISION_NOT_SQUASHED
 */
export async function carriedOver(
  { members, revises }: SquashRange,
  ids: readonly string[],
): Promise<readonly CarriedOver[]> {
  const unknown = ids.filter((id) => !members.some((one) => one.id === id))
  if (unknown.length > 0)
    throw notSquashed(`--data-from: ${unknown.join(', ')} is not in the range`, 'Leave it out.')
  const wanted = members.filter(({ id }) => ids.includes(id))
  const carried = await Promise.all(wanted.map(onRows))
  if (revises.length === 0) return carried
  const others = await Promise.all(members.filter(({ id }) => !ids.includes(id)).map(onRows))
  const left = others.filter(({ statements }) => statements.length > 0)
  if (left.length === 0) return carried
  const lines = left.map(({ revision: { id, file } }) => `\n  ${id}  ${file}`)
  throw notSquashed(
    `databases that are not at the range yet have rows of their own, which these change:${lines.join('')}`,
    `Carry their statements over (${left.map(({ revision: { id } }) => `--data-from ${id}`).join(' ')}), or begin the range at base.`,
    { revisions: left.map(({ revision: { id } }) => id) },
  )
}

async function onRows(revision: Revision): Promise<CarriedOver> {
  const { id, file, upgrade, transaction } = revision
  if (upgrade.kind !== 'sql')
    throw notSquashed(
      `what ${id} (${file}) does to rows is code, and no text to carry over`,
      'Squash up to the revision before it, and after it.',
    )
  const { statements } = await splitStatements(upgrade, { file, transaction })
  if (statements.some(({ batch }) => batch !== undefined))
    throw notSquashed(
      `${id} (${file}) changes rows in batches, which go by the keys that a database has`,
      'Squash up to the revision before it, and after it; from base its rows are written out without --data-from.',
    )
  const all = statements.flatMap((one) => one.parts ?? [one])
  const found = all.filter(({ node }) => ON_ROWS.has(node))
  return {
    revision,
    statements: found.map(({ text, copy }) =>
      copy === undefined ? `${text};` : `${text};\n${copy.data}\\.`,
    ),
  }
}
