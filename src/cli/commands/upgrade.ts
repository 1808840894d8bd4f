import { GateError } from '../../errors.ts'
import { type PlannedUpgrade, planUpgrade } from '../../migrate/dry-run.ts'
import { describeStep } from '../../migrate/run.ts'
import { upgradeSession, withUsableServer } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import type { RevisionGraph } from '../../revisions/graph.ts'
import { checkTarget } from '../../revisions/plan.ts'
import { describeMigration, describeVersions } from '../../summaries.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { migrationJson } from '../json.ts'
import { withGate } from '../with-gate.ts'

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
    if (sql && dryRun) throw oneOfThem()
    const { graph } = await readRevisionFiles(context.config.migrations)
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
  const migration = await withGate(context, (gate) =>
    withUsableServer(aimed, gate, (session) => upgradeSession(aimed, gate, { session, graph })),
  )
  return { json: migrationJson(migration), lines: [], verdict: describeMigration(migration) }
}

async function printScript(
  { config, runner }: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput> {
  const { upgradeScript } = await import('../../offline/script.ts')
  const sql = await upgradeScript({ config, version: runner.version }, graph, target)
  return { json: { sql }, lines: [sql], isData: true }
}

async function printPlan(
  context: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput> {
  const plan = await withGate(context, (gate) =>
    withUsableServer(context, gate, (session) => planUpgrade(context, session, { graph, target })),
  )
  return { json: planJson(plan), lines: planLines(plan) }
}

function planJson({ prepared, versions, ahead }: PlannedUpgrade) {
  const pending = prepared.map(({ revision, mode }) => {
    const { id, revises, message, file } = revision
    return { revision: id, revises, message, file, mode }
  })
  return { pending, versions: [...versions].sort(), ahead }
}

/** `would run upgrade a -> b, message (migrations/b.sql, transaction)` */
function planLines({ prepared, versions, ahead }: PlannedUpgrade): readonly string[] {
  const at = describeVersions(versions)
  if (ahead) return [`nothing pending: the database is ahead of these files, at ${at}`]
  if (prepared.length === 0) return [`nothing pending, at ${at}`]
  return prepared.map(
    ({ revision, mode }) =>
      `would run upgrade ${describeStep(revision, 'upgrade')} (${revision.file}, ${mode})`,
  )
}

function oneOfThem(): GateError {
  return new GateError('USAGE', '--sql and --dry-run are two different questions', {
    hint: '--sql prints a script without a connection; --dry-run asks the database what is pending.',
  })
}
