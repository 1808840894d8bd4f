import { createdTime } from '../../revisions/file/identifiers.ts'

/** What the docstring of a version file says. */
export interface Docstring {
  /** On one line; empty where it says nothing of the revision. */
  readonly message: string
  /** ISO 8601, in UTC. */
  readonly created?: string
}

/** What Alembic's template writes below the message. */
const FIELD = /^(?:Revision ID|Revises|Create Date):/
const LICENCE =
  /^(?:\(c\)\s*)?copyright\b|\bSPDX-License|\blicensed (?:to|under)\b|\ball rights reserved\b/i

/**
 * The first paragraph that says something of the revision, as Alembic takes the first of all; where
 * that is a licence, or the fields alone, the next one does.
 */
export function readDocstring(text: string): Docstring {
  const paragraphs = text.split(/\n[^\S\n]*\n/).map(linesOf)
  const fields = paragraphs.flat()
  const message = paragraphs
    .map((lines) => lines.slice(0, fieldAt(lines)).join(' '))
    .find((words) => words !== '' && !LICENCE.test(words))
  const date = fields.find((line) => line.startsWith(CREATED))?.slice(CREATED.length)
  const time = date === undefined ? undefined : createdTime(date)
  const created =
    time === undefined ? undefined : new Date(time).toISOString().replace('.000Z', 'Z')
  return { message: message ?? '', ...(created !== undefined && { created }) }
}

const CREATED = 'Create Date:'

function linesOf(paragraph: string): readonly string[] {
  return paragraph
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function fieldAt(lines: readonly string[]): number | undefined {
  const at = lines.findIndex((line) => FIELD.test(line))
  return at === -1 ? undefined : at
}
