import { Option } from 'commander'
import { drawGraph } from '../../revisions/draw-graph.ts'
import type { RevisionGraph } from '../../revisions/graph.ts'
import {
  detailLines,
  type HistoryEntry,
  historyEntries,
  historyLine,
} from '../../revisions/history.ts'
import { loadRevisions } from '../../revisions/load.ts'
import { parseRange, revisionsBetween } from '../../revisions/ranges.ts'
import type { Command, CommandContext } from '../command.ts'
import { readCurrent } from '../read-current.ts'
import { declareVerbose, type VerboseOptions } from '../verbose.ts'

interface HistoryOptions extends VerboseOptions {
  readonly range?: string
  readonly graph?: boolean
  readonly ascii?: boolean
}

/** The revision files, newest first, as `alembic history` lists them. */
export const history: Command<HistoryOptions> = {
  name: 'history',
  summary: 'list the revision files, newest first',
  kind: 'query',
  examples: ['pgate history', 'pgate history -r 972fc63ffb69:head', 'pgate history --graph'],
  declare: (commander) => {
    declareVerbose(commander)
    commander
      .option('-r, --range <from:to>', 'a part of it; current asks the database')
      .addOption(new Option('--graph', 'draw all of it').conflicts(['range', 'verbose']))
      .option('--ascii', 'draw with ASCII characters alone')
  },
  run: async (context, { range, verbose = false, graph: drawn = false, ascii = false }) => {
    const graph = await loadRevisions(context.config.migrations)
    const entries =
      range === undefined ? historyEntries(graph) : await within(context, graph, range)
    const json = { revisions: entries }
    if (drawn) return { json, lines: drawGraph(graph, { ascii }) }
    return { json, lines: verbose ? entries.flatMap(detailLines) : entries.map(historyLine) }
  },
}

/** A connection is opened only where an end of the range is `current`. */
async function within(
  context: CommandContext,
  graph: RevisionGraph,
  text: string,
): Promise<readonly HistoryEntry[]> {
  const range = parseRange(text)
  const asks = range.from === 'current' || range.to === 'current'
  const rows = asks ? await readCurrent(context) : new Set<string>()
  const wanted = new Set(revisionsBetween(graph, range, rows).map(({ id }) => id))
  return historyEntries(graph).filter(({ revision }) => wanted.has(revision))
}
