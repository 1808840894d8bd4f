import { readRevisionFiles } from '../../revision-files.ts'
import { headLines } from '../../revisions/history.ts'
import type { Command } from '../command.ts'

/** The heads of the revision files; no connection is opened. */
export const heads: Command = {
  name: 'heads',
  summary: 'show the heads of the revision files',
  kind: 'query',
  run: async (context) => {
    const { graph } = await readRevisionFiles(context.config.migrations)
    return { json: { heads: graph.heads }, lines: headLines(graph) }
  },
}
