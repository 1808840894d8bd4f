import { loadFolder, refuseOthersFolder } from '../../formats/formats.ts'
import { contractLast } from '../../revisions/target/phases.ts'
import { parentsOfMerge } from '../../revisions/write/new-parents.ts'
import type { Command } from '../command.ts'
import { createRevision, type NewRevisionOptions } from '../new-revision.ts'

/** A revision that joins heads; it does nothing else. */
export const merge: Command<NewRevisionOptions> = {
  examples: ['pgate merge heads -m "merge branches"'],
  declare: (commander) => {
    commander
      .argument('<revisions...>', 'the heads to join; heads for all of them')
      .requiredOption('-m, --message <text>', 'what it joins, in a few words')
      .option('--branch-label <label>', 'a name for the branch that begins with it')
      .option('--rev-id <id>', 'its id, instead of 12 random hexadecimal digits')
  },
  run: async (context, options) => {
    refuseOthersFolder(context.config)
    const graph = await loadFolder(context.config)
    const revises = parentsOfMerge(graph, options.args ?? [])
    const last = contractLast(graph)
    // An expand revision would make what it joins due.
    const isContract = revises.some((id) => last.has(id))
    const phase = isContract ? { phase: 'contract' as const } : {}
    const placed = { kind: 'merge', revises, dependsOn: [], ...phase } as const
    return createRevision(context, graph, { options, placed })
  },
}
