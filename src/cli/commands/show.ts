import { readFile } from 'node:fs/promises'
import { loadFolder } from '../../formats/formats.ts'
import type { Revision, RevisionBody } from '../../revisions/file/revision.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { detailLines, type HistoryEntry, historyEntries } from '../../revisions/graph/history.ts'
import { revisionNamed } from '../../revisions/graph/named.ts'
import { resolveTarget } from '../../revisions/target/target.ts'
import type { Command, CommandContext } from '../command.ts'
import { formatGiven, isLineFormat } from '../output/line-formats.ts'
import { readCurrent } from './current.ts'

/** Everything that a revision's file says; a connection is opened for `current` alone. */
export const show: Command = {
  examples: ['pgate show head', 'pgate show 567c'],
  declare: (commander) => {
    commander.argument('<revision>', 'head, heads, current, a revision or the beginning of its id')
  },
  run: async (context, { args: [target = ''] = [] }) => {
    const graph = await loadFolder(context.config)
    const wanted = await revisionsMeant(context, graph, target)
    const shown = await Promise.all(wanted.map(withSource))
    const entries = new Map(historyEntries(graph).map((entry) => [entry.revision, entry]))
    return {
      json: { revisions: shown.map((each) => toJson(each, entries.get(each.revision.id))) },
      lines: shown.flatMap((each) => toLines(each, entries.get(each.revision.id))),
      isData: !isLineFormat(formatGiven(context.host)),
    }
  },
}

/** Newest first; a version row that the files lack is refused as any other unknown name. */
async function revisionsMeant(
  context: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<readonly Revision[]> {
  const ids =
    target === 'current'
      ? [...(await readCurrent(context))].map((id) => revisionNamed(graph, id))
      : resolveTarget(graph, target, new Set())
  return graph.order.filter(({ id }) => ids.includes(id)).reverse()
}

interface Shown {
  readonly revision: Revision
  /** What a module's file holds; `null` for a SQL file, whose sections are shown. */
  readonly source: string | null
}

async function withSource(revision: Revision): Promise<Shown> {
  const isModule = revision.upgrade.kind === 'module'
  return { revision, source: isModule ? await readFile(revision.file, 'utf8') : null }
}

function toJson({ revision, source }: Shown, entry: HistoryEntry | undefined) {
  const { checksum, transaction, upgrade, downgrade } = revision
  const content =
    source === null ? { upgrade: sqlOf(upgrade), downgrade: sqlOf(downgrade) } : { source }
  return { ...entry, checksum, transaction, irreversible: downgrade === null, ...content }
}

function toLines({ revision, source }: Shown, entry: HistoryEntry | undefined): readonly string[] {
  const { checksum, transaction, upgrade, downgrade } = revision
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
