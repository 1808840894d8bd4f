import { loadFolder } from '../../formats/formats.ts'
import { branchPointLines, historyEntries } from '../../revisions/graph/history.ts'
import { type Command, declareVerbose, type VerboseOptions } from '../command.ts'

/** The branch points of the revision files and what follows each; no connection is opened. */
export const branches: Command<VerboseOptions> = {
  examples: ['pgate branches'],
  declare: declareVerbose,
  run: async (context, { verbose = false }) => {
    const graph = await loadFolder(context.config)
    const points = historyEntries(graph).filter(({ branchpoint }) => branchpoint)
    const lines = branchPointLines(graph, verbose ? 'long' : 'short')
    return { json: { branchpoints: points }, lines }
  },
}
