import { Option } from 'commander'
import { loadFolder } from '../../formats/formats.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import {
  detailLines,
  type HistoryEntry,
  historyEntries,
  historyLine,
} from '../../revisions/graph/history.ts'
import { parseRange, revisionsBetween } from '../../revisions/graph/ranges.ts'
import { drawGraph } from '../../revisions/show/draw-graph.ts'
import {
  type Command,
  type CommandContext,
  declareVerbose,
  type VerboseOptions,
} from '../command.ts'
import { readCurrent } from './current.ts'

interface HistoryOptions extends VerboseOptions {
  readonly range?: string
  readonly graph?: boolean
  readonly ascii?: boolean
}

/** The revision files, newest first, as `alembic history` lists them. */
export const history: Command<HistoryOptions> = {
  examples: ['pgate history', 'pgate history -r 972fc63ffb69:head', 'pgate history --graph'],
  declare: (commander) => {
    declareVerbose(commander)
    commander
      .option('-r, --range <from:to>', 'a part of it; current asks the database')
      .addOption(new Option('--graph', 'draw all of it').conflicts(['range', 'verbose']))
      .option('--ascii', 'draw with ASCII characters alone')
  },
  run: async (context, { range, verbose = false, graph: drawn = false, ascii = false }) => {
    const graph = await loadFolder(context.config)
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
