import { readVersions } from '../../migrate/state.ts'
import { tableNames } from '../../migrate/tables.ts'
import { withUsableServer } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import { currentLines } from '../../revisions/history.ts'
import type { Command } from '../command.ts'
import { withGate } from '../with-gate.ts'

/** The revisions that the database is at, as `alembic current` prints them. */
export const current: Command = {
  name: 'current',
  summary: 'show the revisions that the database is at',
  kind: 'query',
  run: async (context) => {
    const { graph } = await readRevisionFiles(context.config.migrations)
    const rows = await withGate(context, (gate) =>
      withUsableServer(context, gate, (session) =>
        readVersions(session, tableNames(context.config)),
      ),
    )
    const versions = [...rows].sort()
    const known = versions.map((id) => ({ revision: id, head: graph.heads.includes(id) }))
    return { json: { current: known }, lines: currentLines(graph, rows) }
  },
}
