import { upgradeSession } from '../../gate/pipeline.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { describeMigration } from '../../gate/summaries.ts'
import { withUsableServer } from '../../gate/usable-server.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { checkTarget } from '../../revisions/target/plan.ts'
import { planUpgrade } from '../../steps/migrate/dry-run.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { migrationJson } from '../output/json.ts'
import { plannedOutput, sqlOrDryRun } from '../planned.ts'
import { withResources } from '../resources.ts'

interface UpgradeOptions extends CommonOptions {
  readonly sql?: boolean
  readonly dryRun?: boolean
}

/** Waits, sets up the extensions and applies pending revisions; it does not verify. */
export const upgrade: Command<UpgradeOptions> = {
  name: 'upgrade',
  summary: 'apply pending revisions up to a target (head, heads, +N, a revision)',
  kind: 'act',
  examples: ['pgate upgrade head', 'pgate upgrade +1', 'pgate upgrade head --sql'],
  isQuery: ({ sql = false, dryRun = false }) => sql || dryRun,
  declare: (commander) => {
    commander
      .argument('[target]', 'where to go; without it PGATE_TARGET, else head')
      .option('--sql', 'print the script for psql, from base or for from:to; no connection')
      .option('--dry-run', 'print what would be run; reads only')
  },
  run: async (context, { args = [], sql = false, dryRun = false }) => {
    const [target = context.config.target] = args
    if (sql && dryRun) throw sqlOrDryRun()
    const { graph } = await readRevisionFiles(context.config)
    if (sql) return printScript(context, graph, target)
    checkTarget(graph, target)
    return dryRun ? printPlan(context, graph, target) : apply(context, graph, target)
  },
}

async function apply(
  context: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput> {
  const aimed = { ...context, config: { ...context.config, target } }
  const { migration } = await withResources(context, (resources) =>
    withUsableServer(aimed, resources, (session) =>
      upgradeSession(aimed, resources, { session, graph }),
    ),
  )
  return { json: migrationJson(migration), lines: [], verdict: describeMigration(migration) }
}

async function printScript(
  { config, origin }: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput> {
  const { upgradeScript } = await import('../../offline/script.ts')
  const sql = await upgradeScript({ config, version: origin.version }, graph, target)
  return { json: { sql }, lines: [sql], isData: true }
}

async function printPlan(
  context: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput> {
  const plan = await withResources(context, (resources) =>
    withUsableServer(
      context,
      resources,
      (session) => planUpgrade(context, session, { graph, target }),
      {
        needs: 'read',
      },
    ),
  )
  return plannedOutput(plan)
}
