import { readRevisionFiles } from '../../revision-files.ts'
import { historyEntries, historyLines } from '../../revisions/history.ts'
import type { Command } from '../command.ts'

/** The revision files, newest first, as `alembic history` lists them; no connection is opened. */
export const history: Command = {
  name: 'history',
  summary: 'list the revision files, newest first',
  kind: 'query',
  run: async (context) => {
    const { graph } = await readRevisionFiles(context.config.migrations)
    return { json: { revisions: historyEntries(graph) }, lines: historyLines(graph) }
  },
}
