import type { Command as Commander } from 'commander'
import { GateError } from '../../errors/error.ts'
import { describeDowngrade, type MigrationReport, migrationReport } from '../../gate/outcome.ts'
import { withPrecautions } from '../../gate/precautions.ts'
import { sideConnections } from '../../gate/resources.ts'
import { readRevisionFiles } from '../../gate/revision-files.ts'
import { withLock } from '../../gate/steps.ts'
import { withUsableServer } from '../../gate/wait-step.ts'
import { downgrade as downgradeDatabase, planDowngrade } from '../../steps/migrate/downgrade.ts'
import type { MigrateOutcome } from '../../steps/migrate/migrate.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { type PlanReport, plannedOutput, sqlOrDryRun } from './upgrade.ts'

interface DowngradeOptions extends CommonOptions {
  readonly fromJournal?: boolean
  readonly sql?: boolean
  readonly dryRun?: boolean
}

/** How far, and whether the journal's SQL will do where the files lack a revision. */
interface HowFar {
  readonly target: string
  readonly fromJournal: boolean
}

/** Downgrades to a target. */
export const downgrade: Command<
  DowngradeOptions,
  MigrationReport | PlanReport | { readonly sql: string }
> = {
  isQuery: ({ sql = false, dryRun = false }) => sql || dryRun,
  examples: ['pgate downgrade -1', 'pgate downgrade base', 'pgate downgrade -1 --sql'],
  declare: (commander) => {
    commander.argument('[target]', 'where to go back to: base, -N, <revision>, <label>@base')
    declareWays(commander)
  },
  run: async (
    context,
    { args: [target] = [], fromJournal = false, sql = false, dryRun = false },
  ) => {
    if (target === undefined) throw withoutTarget()
    if (sql && dryRun) throw sqlOrDryRun()
    if (sql) return printScript(context, { target, fromJournal })
    if (dryRun) return printPlan(context, { target, fromJournal })
    const migration = await runDowngrade(context, { target, fromJournal })
    return { json: migrationReport(migration), lines: [], verdict: describeDowngrade(migration) }
  },
}

/** A word that other tools have for `downgrade -1`. */
export const rollback: Command<DowngradeOptions> = {
  ...downgrade,
  examples: ['pgate rollback', 'pgate rollback 2', 'pgate rollback --dry-run'],
  declare: (commander) => {
    commander.argument('[number]', 'how many revisions', '1')
    declareWays(commander)
  },
  run: (context, { args: [number = '1'] = [], ...options }) => {
    const steps = /^-?([1-9]\d*)$/.exec(number)?.[1]
    if (steps === undefined) throw notCounted(number)
    return downgrade.run(context, { ...options, args: [`-${steps}`] })
  },
}

function declareWays(commander: Commander): void {
  commander
    .option('--from-journal', 'downgrade what the files lack, by the SQL that the journal kept')
    .option('--sql', 'print the script for psql, from the head or for from:to; no connection')
    .option('--dry-run', 'print what would be downgraded; reads only')
}

function withoutTarget(): GateError {
  return new GateError('USAGE', 'downgrade needs a target: how far to go back', {
    hint: '`pgate downgrade -1` undoes the last revision, `pgate downgrade base` all of them; with --dry-run they only print what would go.',
  })
}

function notCounted(found: string): GateError {
  return new GateError('USAGE', `rollback takes a number of revisions, and ${found} is none`, {
    hint: '`pgate rollback` undoes the last revision; `pgate downgrade` takes a target: a revision, -N or base.',
  })
}

async function printScript(
  { config, origin }: CommandContext,
  { target, fromJournal }: HowFar,
): Promise<CommandOutput<{ readonly sql: string }>> {
  if (fromJournal) throw journalNeedsConnection()
  const { graph } = await readRevisionFiles(config)
  const { downgradeScript } = await import('../../offline/script.ts')
  const sql = await downgradeScript({ config, version: origin.version }, graph, target)
  return { json: { sql }, lines: [sql], isData: true }
}

async function printPlan(
  context: CommandContext,
  wanted: HowFar,
): Promise<CommandOutput<PlanReport>> {
  const { graph } = await readRevisionFiles(context.config)
  const plan = await withUsableServer(context, { needs: 'read' }, (session) =>
    planDowngrade(context, session, { graph, ...wanted }),
  )
  return plannedOutput(plan, graph)
}

/** Waits for the server and downgrades under the gate's lock. */
export async function runDowngrade(
  context: CommandContext,
  wanted: HowFar,
): Promise<MigrateOutcome> {
  const { graph } = await readRevisionFiles(context.config)
  return withUsableServer(context, {}, (session, resources) =>
    withPrecautions(resources, (precautions) =>
      withLock(context, resources, { session }, (lock) => {
        const { steps, origin } = resources
        const own = { graph, origin, sideConnections: sideConnections(resources), ...wanted }
        const request = { ...own, lock, precautions }
        const act = () => downgradeDatabase(context, session, request)
        return steps.run('migrate', act, describeDowngrade)
      }),
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

interface ResetOptions extends CommonOptions {
  readonly yes?: boolean
}

/** Downgrades to base, which drops what the revisions made, with all that is in it. */
export const reset: Command<ResetOptions> = {
  examples: ['pgate reset --yes'],
  declare: (commander) => {
    commander.option('--yes', 'do not ask')
  },
  run: async (context, { yes = false }) => {
    if (!yes) await confirm(context)
    const migration = await runDowngrade(context, { target: 'base', fromJournal: false })
    return { json: migrationReport(migration), lines: [], verdict: describeDowngrade(migration) }
  },
}

async function confirm({ host }: CommandContext): Promise<void> {
  const question = 'Every table of the revisions goes, with its rows. Type yes to go on: '
  const answer = await host.ask(question)
  if (answer?.trim() === 'yes') return
  throw new GateError('USAGE', answer === null ? 'reset needs --yes' : 'reset was not confirmed', {
    hint: 'Run pgate reset --yes where nobody can be asked; nothing was changed.',
  })
}
