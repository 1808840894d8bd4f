import type { Config } from '../config/config.ts'
import { undecided } from '../formats/choose-format.ts'
import { candidatesOf, withFormat } from '../formats/formats.ts'
import { settleFormat } from '../gate/settle-format.ts'
import type { CommandContext, CommonOptions } from './command.ts'
import type { CommandEntry } from './command-entry.ts'

/** Commands that read the folder and ask no database. */
const OFFLINE: ReadonlySet<string> = new Set([
  'branches',
  'fleet',
  'heads',
  'history',
  'manifest',
  'merge',
  'revision',
  'show',
])

/** Options of some of the commands. */
interface AskingOptions extends CommonOptions {
  readonly for?: string
  readonly sql?: boolean
}

type AskingCall = Pick<CommandEntry, 'name'> & { readonly options: AskingOptions }

/**
 * The configuration for a folder that is like those of several tools: the database says whose it is, where
 * the command asks one.
 * @throws {GateError} CONFIG_FORMAT; NOT_READY, CONNECTION_REFUSED
 */
export async function withSettledFormat(
  context: CommandContext,
  { name, options }: AskingCall,
): Promise<Config> {
  const { config, embedded } = context
  const readsNothing = name === 'wait' ? options.for !== 'head' : FOLDERLESS.has(name)
  if (readsNothing || config.migrateCommand !== undefined) return config
  const candidates = candidatesOf(config.migrations)
  if (!asksDatabase({ name, options })) {
    throw undecided(config, candidates, `pgate ${name} does not ask the database`)
  }
  if (config.connection === undefined && embedded === undefined) {
    throw undecided(
      config,
      candidates,
      'no connection is set, by which the database could be asked',
    )
  }
  return withFormat({ ...config, format: await settleFormat(context, candidates) })
}

/** Whether a command that reads the folder works with a database, too. */
export function asksDatabase({ name, options }: AskingCall): boolean {
  return !OFFLINE.has(name) && options.sql !== true
}

/** Commands that do not read it. */
const FOLDERLESS: ReadonlySet<string> = new Set(['extensions', 'import'])
