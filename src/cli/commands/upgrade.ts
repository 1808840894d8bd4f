import { upgradeSession, withUsableServer } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import { checkTarget } from '../../revisions/plan.ts'
import { describeMigration } from '../../summaries.ts'
import type { Command } from '../command.ts'
import { migrationJson } from '../json.ts'
import { withGate } from '../with-gate.ts'

/** Waits, sets up the extensions and applies pending revisions; it does not verify. */
export const upgrade: Command = {
  name: 'upgrade',
  summary: 'apply pending revisions up to a target (head, heads, +N, a revision)',
  kind: 'act',
  examples: ['pgate upgrade head', 'pgate upgrade +1'],
  declare: (commander) => {
    commander.argument('[target]', 'where to go; without it PGATE_TARGET, else head')
  },
  run: async (context, options) => {
    const [target = context.config.target] = options.args ?? []
    const aimed = { ...context, config: { ...context.config, target } }
    const files = await readRevisionFiles(context.config.migrations)
    checkTarget(files.graph, target)
    const migration = await withGate(context, (gate) =>
      withUsableServer(aimed, gate, (session) =>
        upgradeSession(aimed, gate, { session, graph: files.graph }),
      ),
    )
    return { json: migrationJson(migration), lines: [], verdict: describeMigration(migration) }
  },
}
