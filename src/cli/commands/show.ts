import { readFile } from 'node:fs/promises'
import type { RevisionGraph } from '../../revisions/graph.ts'
import { detailLines, historyEntries } from '../../revisions/history.ts'
import { loadRevisions } from '../../revisions/load.ts'
import type { Revision, RevisionBody } from '../../revisions/revision.ts'
import { resolveTarget } from '../../revisions/target.ts'
import type { Command } from '../command.ts'
import { readCurrent } from '../read-current.ts'

/** Everything that a revision's file says; a connection is opened for `current` alone. */
export const show: Command = {
  name: 'show',
  summary: 'show a revision: file, parents, date, message, checksum and SQL',
  kind: 'query',
  examples: ['pgate show head', 'pgate show 567c'],
  declare: (commander) => {
    commander.argument('<revision>', 'head, heads, current, a revision or the beginning of its id')
  },
  run: async (context, { args: [target = ''] = [] }) => {
    const graph = await loadRevisions(context.config.migrations)
    const ids =
      target === 'current' ? await readCurrent(context) : resolveTarget(graph, target, new Set())
    const shown = await Promise.all(revisionsOf(graph, ids).map(withSource))
    return {
      json: { revisions: shown.map((each) => toJson(graph, each)) },
      lines: shown.flatMap((each) => toLines(graph, each)),
    }
  },
}

interface Shown {
  readonly revision: Revision
  /** What a module's file holds; sections speak for a SQL file. */
  readonly source: string | null
}

function revisionsOf(graph: RevisionGraph, ids: Iterable<string>): readonly Revision[] {
  const wanted = new Set(ids)
  return graph.order.filter(({ id }) => wanted.has(id)).reverse()
}

async function withSource(revision: Revision): Promise<Shown> {
  const isModule = revision.upgrade.kind === 'module'
  return { revision, source: isModule ? await readFile(revision.file, 'utf8') : null }
}

function toJson(graph: RevisionGraph, { revision, source }: Shown) {
  const { id, checksum, transaction, upgrade, downgrade } = revision
  const entry = historyEntries(graph).find((each) => each.revision === id)
  const content =
    source === null ? { upgrade: sqlOf(upgrade), downgrade: sqlOf(downgrade) } : { source }
  return { ...entry, checksum, transaction, irreversible: downgrade === null, ...content }
}

function toLines(graph: RevisionGraph, { revision, source }: Shown): readonly string[] {
  const { id, checksum, transaction, upgrade, downgrade } = revision
  const entry = historyEntries(graph).find((each) => each.revision === id)
  return [
    ...(entry === undefined ? [] : detailLines(entry)),
    `    Checksum: ${checksum}`,
    ...(transaction === 'auto' ? [] : [`    Transaction: ${transaction}`]),
    ...(downgrade === null ? ['    Irreversible: there is no downgrade'] : []),
    '',
    ...(source === null ? [] : [...source.trimEnd().split('\n'), '']),
    ...sectionLines('upgrade', upgrade),
    ...sectionLines('downgrade', downgrade),
  ]
}

function sectionLines(name: string, body: RevisionBody | null): readonly string[] {
  const text = sqlOf(body)
  return text === null ? [] : [`-- pgate: ${name}`, ...text.split('\n'), '']
}

function sqlOf(body: RevisionBody | null): string | null {
  return body?.kind === 'sql' ? body.text.trim() : null
}
