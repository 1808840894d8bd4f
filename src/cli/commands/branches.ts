import { loadFolder } from '../../formats/formats.ts'
import { branchPointLines, historyEntries } from '../../revisions/graph/history.ts'
import type { Command } from '../command.ts'
import { declareVerbose, type VerboseOptions } from '../output/verbose.ts'

/** The branch points of the revision files and what follows each; no connection is opened. */
export const branches: Command<VerboseOptions> = {
  name: 'branches',
  summary: 'show the branch points: revisions that several others revise',
  kind: 'query',
  examples: ['pgate branches'],
  declare: declareVerbose,
  run: async (context, { verbose = false }) => {
    const graph = await loadFolder(context.config)
    const points = historyEntries(graph).filter(({ branchpoint }) => branchpoint)
    const lines = branchPointLines(graph, verbose ? 'long' : 'short')
    return { json: { branchpoints: points }, lines }
  },
}
