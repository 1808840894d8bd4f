import { GateError } from '../../errors/error.ts'
import { describeDowngrade } from '../../gate/summaries.ts'
import type { Command, CommandContext, CommonOptions } from '../command.ts'
import { migrationJson } from '../output/json.ts'
import { runDowngrade } from './downgrade.ts'

interface ResetOptions extends CommonOptions {
  readonly yes?: boolean
}

/** Downgrades to base, which drops what the revisions made, with all that is in it. */
export const reset: Command<ResetOptions> = {
  name: 'reset',
  summary: 'downgrade to base; asks, or needs --yes',
  kind: 'act',
  examples: ['pgate reset --yes'],
  declare: (commander) => {
    commander.option('--yes', 'do not ask')
  },
  run: async (context, { yes = false }) => {
    if (!yes) await confirm(context)
    const migration = await runDowngrade(context, { target: 'base', fromJournal: false })
    return { json: migrationJson(migration), lines: [], verdict: describeDowngrade(migration) }
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
