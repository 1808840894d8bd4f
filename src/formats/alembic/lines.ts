import { idProblem } from '../../revisions/file/identifiers.ts'
import { type ImportSource, importInvalid } from './invalid.ts'

/** The comment that Alembic writes above the SQL of each revision. */
export interface StepLine {
  readonly direction: 'upgrade' | 'downgrade'
  readonly id: string
  readonly revises: readonly string[]
}

/** With an empty line below it: a revision's own comment stands on its SQL. */
export const STEP_LINE = /^-- Running (\w+) (.*) -> ?(.*)$(?=\n[ \t]*\n|\n?(?![\s\S]))/gm

/**
 * Reads one match of {@link STEP_LINE}: `Running upgrade a, b -> c`, `Running downgrade c -> a, b`;
 * the side of the base is empty.
 * @throws {GateError} IMPORT_INVALID for another command's line, and for an id that pgate refuses:
 *   it is to become a file's name
 */
export function readStepLine(
  [, word = '', from = '', to = '']: RegExpMatchArray,
  at: { readonly source: ImportSource; readonly line: number },
): StepLine {
  if (word !== 'upgrade' && word !== 'downgrade') {
    throw importInvalid({
      ...at,
      found: `this is SQL of \`alembic ${word.replace('_revision', '')}\``,
      remedy: 'give that of `alembic upgrade head --sql`',
    })
  }
  const [ups, downs] = word === 'upgrade' ? [to, from] : [from, to]
  const [id = '', ...others] = idsOf(ups)
  if (others.length > 0) throw importInvalid({ ...at, ...severalIds(ups) })
  const revises = idsOf(downs)
  for (const one of [id, ...revises]) {
    const problem = idProblem(one)
    if (problem === undefined) continue
    const found = `the revision id ${JSON.stringify(one)} ${problem}`
    throw importInvalid({ ...at, found, remedy: 'give the revision another id in Alembic' })
  }
  return { direction: word, id, revises }
}

function idsOf(list: string): readonly string[] {
  const ids = list.trim()
  return ids === '' ? [] : ids.split(',').map((id) => id.trim())
}

function severalIds(ids: string): { found: string; remedy: string } {
  return {
    found: `one step of several revisions (${ids.trim()})`,
    remedy: 'give the SQL as Alembic wrote it',
  }
}
