import { type Command as Commander, Option } from 'commander'
import { GROUPS, type Variable } from '../config/variable.ts'
import { optionFlag, VARIABLES, type VariableName } from '../config/variables.ts'
import type { Command } from './command.ts'
import type { CommandEntry, SettingGroup } from './command-entry.ts'

/** What help calls the groups of commands, in the order in which it lists them. */
export const COMMAND_GROUPS = {
  gate: 'Before the application starts:',
  look: 'Where things stand:',
  write: 'Writing revisions:',
  correct: 'Correcting what is applied:',
  help: 'Help:',
} as const

/** Where somebody begins who has never seen pgate. */
export const FIRST_STEPS = `
Begin here:
  pgate --embedded                  see the gate open over ./migrations, without a server
  DATABASE_URL=… pgate status       where a database is, and what a gate would do
  pgate init                        a first revision file in ./migrations, and what comes next
  DATABASE_URL=… pgate              what a container runs before the application starts
  pgate explain 53                  what an exit code or an error code asks for

pgate <command> --help shows what a command takes. A folder of Alembic, Prisma, Drizzle, Flyway and
others is read as it is.`

/** What most commands go by; the settings of other groups are taken, and not listed in help. */
const USUAL: readonly SettingGroup[] = ['url', 'roles', 'revisions', 'times', 'logs']

/** Settings that mean something to a few commands alone. */
const GATES = ['gate', 'upgrade', 'fleet', 'sidecar'] as const
const WHAT_A_GATE_DOES = [...GATES, 'wait', 'verify', 'check', 'status'] as const
const ONLY_FOR: { readonly [Name in VariableName]?: readonly string[] } = {
  PGATE_TARGET: WHAT_A_GATE_DOES,
  PGATE_PHASE: [...WHAT_A_GATE_DOES, 'revision', 'merge', 'lint', 'stamp'],
  PGATE_CONTRACT_AFTER: WHAT_A_GATE_DOES,
  PGATE_MODELS: ['revision', 'diff'],
  PGATE_TEST_SEED: ['test'],
  PGATE_LINT: GATES,
  PGATE_LINT_SKIP: [...GATES, 'lint'],
}

/** Settings of the program that migrates in place of the revisions. */
const OF_MIGRATOR = /^PGATE_(MIGRATE_|STOP_GRACE)/

/** Settings that say nothing to a command that writes nothing to the database. */
const OF_WRITING = /^PGATE_(?:ADMIN_URL|BACKUP_|BLOCKERS|STATEMENT_|BATCH_)/
const READS: ReadonlySet<string> = new Set([
  ...['wait', 'status', 'current', 'history', 'show', 'check', 'diff'],
])

/** Settings that say nothing to a command that opens no connection. */
const OF_DATABASE =
  /^PGATE_(?:TARGET|SCHEMA|JOURNAL_SCHEMA|VERSION_TABLE|EXTENSIONS|BACKUP_COMMAND|LOG_QUERIES)$/

/**
 * Adds each variable that may be overridden as an option, from the one table. All commands take all of
 * them, so that one environment or line does for every command; help lists those that mean something here.
 */
export function addSettings(
  commander: Commander,
  { name, settings = USUAL }: Pick<CommandEntry, 'name' | 'settings'>,
  { takesMigrator }: Pick<Command, 'takesMigrator'>,
): void {
  for (const variable of VARIABLES) {
    if (!('option' in variable)) continue
    const isListed =
      settings.includes(variable.group) &&
      (ONLY_FOR[variable.name]?.includes(name) ?? true) &&
      (takesMigrator === true || !OF_MIGRATOR.test(variable.name)) &&
      !(READS.has(name) && OF_WRITING.test(variable.name)) &&
      (settings.includes('url') || !OF_DATABASE.test(variable.name))
    const option = new Option(`${optionFlag(variable.option)} <value>`, describeSetting(variable))
    // Only shown: what is wrong with a value is said of the variable, whichever way it came.
    if ('words' in variable) option.argChoices = [...variable.words]
    commander.addOption(option.helpGroup(`${GROUPS[variable.group]}:`).hideHelp(!isListed))
  }
}

/** `how long to wait for a usable server (PGATE_WAIT_TIMEOUT, default 60s)`. */
function describeSetting({ name, doc, default: value }: Variable): string {
  const plain = doc.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').replace(/ \([^)]*\)/g, '')
  const [sentence = ''] = plain.split(/\.(?: |$)|[:;] /)
  const otherwise = value === undefined ? '' : `, default ${value}`
  return `${sentence.replaceAll('`', '')} (${name}${otherwise})`
}

/** The end of a command's help: its examples. */
export function exampleLines(examples: readonly string[]): string {
  return examples.length === 0
    ? ''
    : `\nExamples:\n${examples.map((line) => `  ${line}`).join('\n')}`
}
