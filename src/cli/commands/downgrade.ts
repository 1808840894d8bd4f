import { GateError } from '../../errors/error.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { describeDowngrade } from '../../gate/summaries.ts'
import { sideConnections, withUsableServer } from '../../gate/usable-server.ts'
import { withGateLock } from '../../lock/lock.ts'
import { downgrade as takeBack } from '../../steps/migrate/downgrade.ts'
import { planDowngrade } from '../../steps/migrate/dry-run.ts'
import type { MigrateOutcome } from '../../steps/migrate/migrate.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { migrationJson } from '../output/json.ts'
import { plannedOutput, sqlOrDryRun } from '../planned.ts'
import { withResources } from '../resources.ts'

interface DowngradeOptions extends CommonOptions {
  readonly fromJournal?: boolean
  readonly sql?: boolean
  readonly dryRun?: boolean
}

/** How far, and whether the journal's SQL will do where the files lack a revision. */
interface Way {
  readonly target: string
  readonly fromJournal: boolean
}

/** Takes revisions back to a target. */
export const downgrade: Command<DowngradeOptions> = {
  name: 'downgrade',
  summary: 'take revisions back to a target (base, -N, a revision)',
  kind: 'act',
  isQuery: ({ sql = false, dryRun = false }) => sql || dryRun,
  examples: ['pgate downgrade -1', 'pgate downgrade base', 'pgate downgrade -1 --sql'],
  declare: (commander) => {
    commander
      .argument('<target>', 'where to go back to: base, -N, <revision>, <label>@base')
      .option('--from-journal', 'downgrade what the files lack, by the SQL that the journal kept')
      .option('--sql', 'print the script for psql, from the head or for from:to; no connection')
      .option('--dry-run', 'print what would be downgraded; reads only')
  },
  run: async (
    context,
    { args: [target = ''] = [], fromJournal = false, sql = false, dryRun = false },
  ) => {
    if (sql && dryRun) throw sqlOrDryRun()
    if (sql) return printScript(context, { target, fromJournal })
    if (dryRun) return printPlan(context, { target, fromJournal })
    const migration = await runDowngrade(context, { target, fromJournal })
    return { json: migrationJson(migration), lines: [], verdict: describeDowngrade(migration) }
  },
}

async function printScript(
  { config, origin }: CommandContext,
  { target, fromJournal }: Way,
): Promise<CommandOutput> {
  if (fromJournal) throw journalNeedsConnection()
  const { graph } = await readRevisionFiles(config)
  const { downgradeScript } = await import('../../offline/script.ts')
  const sql = await downgradeScript({ config, version: origin.version }, graph, target)
  return { json: { sql }, lines: [sql], isData: true }
}

async function printPlan(context: CommandContext, way: Way): Promise<CommandOutput> {
  const { graph } = await readRevisionFiles(context.config)
  const plan = await withResources(context, (resources) =>
    withUsableServer(
      context,
      resources,
      (session) => planDowngrade(context, session, { graph, ...way }),
      { needs: 'read' },
    ),
  )
  return plannedOutput(plan, graph)
}

/** Waits for the server and takes the database back under the gate's lock. */
export async function runDowngrade(context: CommandContext, wanted: Way): Promise<MigrateOutcome> {
  const { graph } = await readRevisionFiles(context.config)
  const { steps, origin } = context
  return withResources(context, (resources) =>
    withUsableServer(context, resources, (session) =>
      withGateLock(context, { ...resources, session }, (lock) =>
        steps.run(
          'migrate',
          () =>
            takeBack(context, session, {
              graph,
              lock,
              origin,
              sideConnections: sideConnections(resources),
              ...wanted,
            }),
          describeDowngrade,
        ),
      ),
    ),
  )
}

function journalNeedsConnection(): GateError {
  return new GateError(
    'USAGE',
    '--sql opens no connection, and --from-journal reads the database',
    {
      hint: 'Leave one of them out.',
    },
  )
}
