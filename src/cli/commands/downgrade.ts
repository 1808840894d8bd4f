import { GateError } from '../../errors.ts'
import { downgrade as takeBack } from '../../migrate/downgrade.ts'
import { withGateLock } from '../../migrate/lock.ts'
import type { MigrateOutcome } from '../../migrate/migrate.ts'
import { withUsableServer } from '../../pipeline.ts'
import { readRevisionFiles } from '../../revision-files.ts'
import { describeMigration } from '../../summaries.ts'
import type { Command, CommandContext, CommonOptions } from '../command.ts'
import { migrationJson } from '../json.ts'
import { withGate } from '../with-gate.ts'

interface DowngradeOptions extends CommonOptions {
  readonly fromJournal?: boolean
}

/** Takes revisions back to a target. */
export const downgrade: Command<DowngradeOptions> = {
  name: 'downgrade',
  summary: 'take revisions back to a target (base, -N, a revision)',
  kind: 'act',
  examples: ['pgate downgrade -1', 'pgate downgrade base'],
  declare: (commander) => {
    commander
      .argument('<target>', 'where to go back to: base, -N, <revision>, <label>@base')
      .option('--from-journal', 'take back what the files lack by the SQL that the journal kept')
  },
  run: async (context, { args = [], fromJournal = false }) => {
    const [target] = args
    if (target === undefined) throw targetMissing()
    const migration = await runDowngrade(context, { target, fromJournal })
    return { json: migrationJson(migration), lines: [], verdict: describeMigration(migration) }
  },
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
          () => takeBack(context, session, { graph, lock, runner, ...wanted }),
          describeMigration,
        ),
      ),
    ),
  )
}

function targetMissing(): GateError {
  return new GateError('USAGE', 'downgrade needs a target', {
    hint: 'Say how far: pgate downgrade -1, pgate downgrade <revision>, pgate downgrade base.',
  })
}
