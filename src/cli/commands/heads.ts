import { loadFolder } from '../../formats/formats.ts'
import { detailLines, headLines, historyEntries } from '../../revisions/graph/history.ts'
import { type Command, declareVerbose, type VerboseOptions } from '../command.ts'

/** The heads of the revision files; no connection is opened. */
export const heads: Command<VerboseOptions> = {
  examples: ['pgate heads --verbose'],
  declare: declareVerbose,
  run: async (context, { verbose = false }) => {
    const graph = await loadFolder(context.config)
    const entries = historyEntries(graph).filter(({ head }) => head !== null)
    return {
      json: { heads: graph.heads, ...(verbose && { revisions: entries }) },
      lines: verbose ? entries.flatMap(detailLines) : headLines(graph),
    }
  },
}
