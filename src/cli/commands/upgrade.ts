import { GateError } from '../../errors/error.ts'
import { upgrade as upgradeDatabase } from '../../gate/gate.ts'
import { describeMigration, type MigrationReport, migrationReport } from '../../gate/outcome.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import type { RevisionGraph } from '../../revisions/graph/graph.ts'
import { describeVersions } from '../../revisions/graph/named.ts'
import { checkTarget } from '../../revisions/target/plan.ts'
import { type PlannedRun, planUpgrade } from '../../steps/migrate/migrate.ts'
import { describeStep } from '../../steps/migrate/run.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'

interface UpgradeOptions extends CommonOptions {
  readonly sql?: boolean
  readonly dryRun?: boolean
}

/** What `--dry-run` found. */
export interface PlanReport {
  /** What would be run, in this order. */
  readonly pending: readonly PlannedRevision[]
  /** The revisions that the database is at now, sorted. */
  readonly versions: readonly string[]
  /** True where the database is ahead of the files, and that is allowed. */
  readonly ahead: boolean
  /** Contract revisions that the expand phase would leave; absent: none. */
  readonly left?: readonly string[]
}

/** A revision that would be run. */
export interface PlannedRevision {
  readonly revision: string
  readonly revises: readonly string[]
  readonly message: string
  readonly file: string
  /** `statements`: outside a transaction, one by one. */
  readonly mode: 'transaction' | 'statements'
  /** What would be run, where no file has it but the journal. */
  readonly sql?: string
}

/** A script for psql. */
interface ScriptReport {
  readonly sql: string
}

/** Waits, sets up the extensions and applies pending revisions; it does not verify. */
export const upgrade: Command<UpgradeOptions, MigrationReport | PlanReport | ScriptReport> = {
  examples: [
    'pgate upgrade head',
    'pgate upgrade +1',
    'pgate upgrade --phase contract',
    'pgate upgrade head --sql',
  ],
  takesMigrator: true,
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
    if (context.config.migrateCommand === undefined) checkTarget(graph, target)
    return dryRun ? printPlan(context, graph, target) : apply(context, graph, target)
  },
}

async function apply(
  context: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput<MigrationReport>> {
  const aimed = { ...context, config: { ...context.config, target } }
  const { migration } = await withUsableServer(aimed, {}, (session, resources) =>
    upgradeDatabase(aimed, resources, { session, graph }, async (upgraded) => upgraded),
  )
  return { json: migrationReport(migration), lines: [], verdict: describeMigration(migration) }
}

async function printScript(
  { config, origin }: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput<ScriptReport>> {
  const { upgradeScript } = await import('../../offline/script.ts')
  const sql = await upgradeScript({ config, version: origin.version }, graph, target)
  return { json: { sql }, lines: [sql], isData: true }
}

async function printPlan(
  context: CommandContext,
  graph: RevisionGraph,
  target: string,
): Promise<CommandOutput<PlanReport>> {
  const plan = await withUsableServer(context, { needs: 'read' }, (session) =>
    planUpgrade(context, session, { graph, target }),
  )
  return plannedOutput(plan)
}

/**
 * What `--dry-run` prints: a line, and for `--json` an entry, for each revision that would run. The
 * SQL of one that the files lack stands nowhere else than in the journal: it is printed, too.
 */
export function plannedOutput(plan: PlannedRun, files?: RevisionGraph): CommandOutput<PlanReport> {
  const { prepared, versions, ahead, left = [] } = plan
  const pending = prepared.map(({ revision, mode, body }) => {
    const { id, revises, message, file } = revision
    const isKept = files !== undefined && !files.revisions.has(id) && body.kind === 'sql'
    return { revision: id, revises, message, file, mode, ...(isKept && { sql: body.text.trim() }) }
  })
  return {
    json: {
      ...{ pending, versions: [...versions].sort(), ahead },
      ...(left.length > 0 && { left: left.map(({ id }) => id) }),
    },
    lines: linesOf(plan, new Map(pending.map(({ revision, sql }) => [revision, sql]))),
  }
}

/** `would run upgrade a -> b, message (migrations/b.sql, transaction)` */
function linesOf(
  { action, prepared, versions, ahead, left = [] }: PlannedRun,
  kept: ReadonlyMap<string, string | undefined>,
): readonly string[] {
  const at = describeVersions(versions)
  if (ahead) return [`nothing pending: the database is ahead of these files, at ${at}`]
  const waiting = left.map(
    (one) => `would leave ${describeStep(one, action)} (${one.file}, contract)`,
  )
  if (prepared.length === 0) {
    const nothing = action === 'upgrade' ? 'nothing pending' : 'nothing to downgrade'
    return [`${nothing}, at ${at}`, ...waiting]
  }
  const lines = prepared.flatMap(({ revision, mode }) => [
    `would run ${action} ${describeStep(revision, action)} (${revision.file}, ${mode})`,
    ...(kept.get(revision.id)?.split('\n') ?? []).map((line) => `    ${line}`),
  ])
  return [...lines, ...waiting]
}

export function sqlOrDryRun(): GateError {
  return new GateError('USAGE', '--sql and --dry-run are two different questions', {
    hint: '--sql prints a script without a connection; --dry-run asks the database what it would do.',
  })
}
