import { readHeader } from '../file/header.ts'
import type { Revision } from '../file/revision.ts'
import { cutSections } from '../file/sections.ts'

/** What a SQL revision file is to say. */
export interface RevisionToRender
  extends Pick<Revision, 'id' | 'revises' | 'message' | 'created'>,
    Partial<Pick<Revision, 'dependsOn' | 'branchLabels' | 'transaction' | 'phase' | 'replaces'>> {
  /** The section's text; empty for a deliberate no-op. */
  readonly upgrade: string
  /** `null`: irreversible, the file gets no such section. */
  readonly downgrade: string | null
}

/**
 * The text of a SQL revision file, in the one layout that pgate writes; keys that say nothing are
 * left out. Sections keep their text, apart from empty lines around it. Parsed again it gives the
 * same values, unless a section holds a line of the form `-- pgate: …`.
 * @see docs/revision-files.md
 */
export function renderRevisionFile(revision: RevisionToRender): string {
  const { id, revises, created, branchLabels = [], dependsOn = [], replaces = [] } = revision
  const { transaction = 'auto', phase } = revision
  const message = headerMessage(revision.message)
  const header = [
    ...(message === '' ? [] : [`-- ${message}`, '--']),
    `-- revision: ${id}`,
    `-- revises: ${revises.length === 0 ? 'none' : revises.join(', ')}`,
    ...(created === undefined ? [] : [`-- created: ${created}`]),
    ...(branchLabels.length === 0 ? [] : [`-- branch-label: ${branchLabels.join(', ')}`]),
    ...(dependsOn.length === 0 ? [] : [`-- depends-on: ${dependsOn.join(', ')}`]),
    ...(phase === undefined ? [] : [`-- phase: ${phase}`]),
    ...(replaces.length === 0 ? [] : [`-- replaces: ${replaces.join(', ')}`]),
    ...(transaction === 'auto' ? [] : [`-- transaction: ${transaction}`]),
  ]
  const back = revision.downgrade === null ? [] : [section('downgrade', revision.downgrade)]
  return [`${header.join('\n')}\n`, section('upgrade', revision.upgrade), ...back].join('\n')
}

/** Without its colons where it would be read as a key or a section: `id: wider` is prose. */
function headerMessage(message: string): string {
  const line = message.replaceAll(/\s+/g, ' ').trim()
  const comment = `-- ${line}`
  const isPlain = readHeader([comment]).message === line && cutSections(comment).header === comment
  return isPlain ? line : line.replaceAll(':', '').trim()
}

function section(name: 'upgrade' | 'downgrade', text: string): string {
  const body = text.replace(/^(?:[ \t]*\n)+/, '').trimEnd()
  return `-- pgate: ${name}\n${body === '' ? '' : `${body}\n`}`
}
