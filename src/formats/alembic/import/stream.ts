import { idProblem } from '../../../revisions/file/identifiers.ts'
import type { ParsePosition } from '../../../revisions/sql/parser.ts'
import { type ImportSource, importInvalid } from '../../import-invalid.ts'

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

/** A part of a text: from one index up to, and without, another. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Turns places (1-based lines and columns, in characters) into indices of the text. */
export function indexOfPlaces(text: string): (place: ParsePosition) => number {
  const starts = [0]
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1)
  return ({ line, column }) => {
    let index = starts[line - 1] ?? text.length
    for (let passed = 1; passed < column; passed += 1) {
      index += (text.codePointAt(index) ?? 0) > 0xffff ? 2 : 1
    }
    return index
  }
}

/**
 * What is left of a part of the text when spans, in order, are cut out of it, each with the rest of
 * its line and the empty lines below it. What is left keeps its characters.
 */
export function withoutSpans(text: string, whole: Span, spans: readonly Span[]): string {
  let kept = ''
  let from = whole.start
  for (const { start, end } of spans) {
    kept += text.slice(from, start)
    const [rest = ''] = /^(?:[ \t]*\n)*/.exec(text.slice(end, whole.end)) ?? []
    from = end + rest.length
  }
  return trimmed(kept + text.slice(from, whole.end))
}

/** Without empty lines around it; the first line keeps its indentation. */
function trimmed(text: string): string {
  return text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
}
