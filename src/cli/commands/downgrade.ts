import { GateError } from '../../errors.ts'
import { downgrade as takeBack } from '../../migrate/downgrade.ts'
import { withGateLock } from '../../migrate/lock.ts'
import type { MigrateOutcome } from '../../migrate/migrate.ts'
import { watchedFrom, withUsableServer } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import { describeMigration } from '../../summaries.ts'
import type { Command, CommandContext, CommandOutput, CommonOptions } from '../command.ts'
import { migrationJson } from '../json.ts'
import { withGate } from '../with-gate.ts'

interface DowngradeOptions extends CommonOptions {
  readonly fromJournal?: boolean
  readonly sql?: boolean
}

/** Takes revisions back to a target. */
export const downgrade: Command<DowngradeOptions> = {
  name: 'downgrade',
  summary: 'take revisions back to a target (base, -N, a revision)',
  kind: 'act',
  isQuery: ({ sql = false }) => sql,
  examples: ['pgate downgrade -1', 'pgate downgrade base', 'pgate downgrade -1 --sql'],
  declare: (commander) => {
    commander
      .argument('<target>', 'where to go back to: base, -N, <revision>, <label>@base')
      .option('--from-journal', 'take back what the files lack by the SQL that the journal kept')
      .option('--sql', 'print the script for psql, from the head or for from:to; no connection')
  },
  run: async (context, { args = [], fromJournal = false, sql = false }) => {
    const [target] = args
    if (target === undefined) throw targetMissing()
    if (sql) return printScript(context, { target, fromJournal })
    const migration = await runDowngrade(context, { target, fromJournal })
    return { json: migrationJson(migration), lines: [], verdict: describeMigration(migration) }
  },
}

async function printScript(
  { config, runner }: CommandContext,
  { target, fromJournal }: { readonly target: string; readonly fromJournal: boolean },
): Promise<CommandOutput> {
  if (fromJournal) throw journalNeedsConnection()
  const { graph } = await readRevisionFiles(config.migrations)
  const { downgradeScript } = await import('../../offline/script.ts')
  const sql = await downgradeScript({ config, version: runner.version }, graph, target)
  return { json: { sql }, lines: [sql], isData: true }
}

/** Waits for the server and takes the database back under the gate's lock. */
export async function runDowngrade(
  context: CommandContext,
  wanted: { readonly target: string; readonly fromJournal: boolean },
): Promise<MigrateOutcome> {
  const { graph } = await readRevisionFiles(context.config.migrations)
  const { steps, runner } = context
  return withGate(context, (gate) =>
    withUsableServer(context, gate, (session) =>
      withGateLock(context, session, (lock) =>
        steps.run(
          'migrate',
          () =>
            takeBack(context, session, {
              graph,
              lock,
              runner,
              watchOn: watchedFrom(gate),
              ...wanted,
            }),
          describeMigration,
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

function targetMissing(): GateError {
  return new GateError('USAGE', 'downgrade needs a target', {
    hint: 'Say how far: pgate downgrade -1, pgate downgrade <revision>, pgate downgrade base.',
  })
}
