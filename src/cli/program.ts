import { Command as Commander, CommanderError, Help, Option } from 'commander'
import { nearest } from '../base/suggest.ts'
import { VERSION } from '../base/version.ts'
import { GateError } from '../errors/error.ts'
import type { Command, CommonOptions, Host } from './command.ts'
import type { CommandEntry } from './command-entry.ts'
import { COMMANDS, commandNamed } from './commands.ts'
import { runFields } from './create-context.ts'
import { addSettings, COMMAND_GROUPS, exampleLines, FIRST_STEPS } from './help.ts'
import { answerTo } from './other-verbs.ts'
import { formatGiven, isLineFormat } from './output/line-formats.ts'
import { terminalOf } from './output/terminal.ts'
import { lineLog } from './output/verdict.ts'
import { type Call, refuseCall, runCommand } from './run.ts'

/**
 * Reads the command line and runs the command it names; none means `gate`. Of the commands only that
 * one is loaded.
 * @returns the exit code: the command's, 0 for help and version, 2 for a line that makes no sense
 */
export async function runCommandLine(host: Host): Promise<number> {
  const given = withCommand(host.args)
  const named = commandMeant(given)
  const loaded = named === undefined ? [] : [{ ...named, command: await named.load() }]
  const { args, options: migrator } = withoutMigrator(given, loaded[0]?.command)
  let exitCode = 0
  const program = createProgram({ stdout: helpStream(host) }, loaded, async (call) => {
    const options = { ...call.options, ...migrator }
    exitCode = await runCommand(host, { ...call, options })
  })
  try {
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : reportUsage(host, error)
  }
}

/** A command that is loaded. */
export type LoadedCommand = CommandEntry & Pick<Call, 'command'>

/**
 * The command line as commander knows it: every command by its name and summary, and those that are
 * loaded with what they take.
 */
export function createProgram(
  host: Pick<Host, 'stdout'>,
  loaded: readonly LoadedCommand[],
  run: (call: Call) => Promise<void>,
): Commander {
  const program = new Commander('pgate')
    .description('The gate between PostgreSQL and an API: waits, migrates, verifies.')
    .version(VERSION, '-V, --version')
    .addHelpCommand(
      new Commander('help')
        .argument('[command]')
        .description('what a command takes')
        .helpGroup(COMMAND_GROUPS.help),
    )
    .addHelpText('after', FIRST_STEPS)
    .configureHelp({ subcommandTerm: termOf })
    .exitOverride()
    .configureOutput(outputOf(host))
  for (const { name, aliases = [], summary, group } of COMMANDS) {
    const commander = new Commander(name).aliases(aliases).description(summary)
    commander.helpGroup(COMMAND_GROUPS[group])
    const found = loaded.find((one) => one.name === name)
    if (found !== undefined) {
      declare(commander, found, run)
      commander.exitOverride().configureOutput(outputOf(host))
    }
    program.addCommand(commander)
  }
  return program
}

/** Help goes where a command's output goes; errors are reported as a verdict. */
function outputOf({ stdout }: Pick<Host, 'stdout'>) {
  return { writeOut: (text: string) => stdout.write(text), writeErr: () => {} }
}

/** The same in a format whose every line is JSON. */
function helpStream(host: Host): Host['stdout'] {
  const ended = { format: formatGiven(host), fields: runFields(host.clock) }
  if (!isLineFormat(ended.format)) return host.stdout
  const log = lineLog(terminalOf(host).print, ended)
  const write = (text: string) => {
    if (text.trim() !== '') log.info('pgate.help', text.trim())
  }
  return { ...host.stdout, write }
}

/** `show [options] <revision>`, also of a command that is not loaded. */
function termOf(commander: Commander): string {
  const entry = commandNamed(commander.name())
  if (entry === undefined) return new Help().subcommandTerm(commander)
  const { name, aliases = [], takes } = entry
  return [[name, ...aliases].join('|'), '[options]', ...(takes ? [takes] : [])].join(' ')
}

function declare(
  commander: Commander,
  loaded: LoadedCommand,
  run: (call: Call) => Promise<void>,
): void {
  const { name, kind, command } = loaded
  command.declare?.(commander)
  addCommonOptions(commander, loaded)
  addSettings(commander, loaded, command)
  commander.addHelpText('after', exampleLines(command.examples ?? []))
  commander.action(async () => {
    const given = { ...optionsOf(commander), args: commander.args }
    await run({ name, kind, command, options: command.understand?.(given) ?? given })
  })
}

/** `--no-verify` and `--verify <mode>` share a name in commander; a step must not mix them up. */
function optionsOf(commander: Commander): CommonOptions {
  const { verify, ...options } = commander.opts<CommonOptions & { verify?: string | boolean }>()
  if (typeof verify === 'string') return { ...options, verify }
  return verify === false ? { ...options, skipVerify: true } : options
}

function addCommonOptions(commander: Commander, { name, settings = ['url'] }: CommandEntry): void {
  const what = 'the built-in PostgreSQL: in memory, or kept in a directory'
  const isListed = settings.includes('url') && name !== 'fleet'
  commander
    .option('--json', 'one JSON document on standard output')
    .addOption(new Option('--embedded [directory]', what).hideHelp(!isListed))
}

const ABOUT: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version'])

/** Options alone are the gate's; a default command of commander's would take a misspelt one too. */
function withCommand(args: readonly string[]): string[] {
  const [first = ''] = args
  return first.startsWith('-') && !ABOUT.has(first) ? ['gate', ...args] : [...args]
}

/** What follows `--` is the migrator's, of the commands that have one; others take it as it stands. */
export function withoutMigrator(
  args: readonly string[],
  command: Command | undefined,
): { readonly args: readonly string[]; readonly options: CommonOptions } {
  const at = args.indexOf('--')
  if (at === -1 || command?.takesMigrator !== true) return { args, options: {} }
  return {
    args: args.slice(0, at),
    options: { migrateCommand: JSON.stringify(args.slice(at + 1)) },
  }
}

/** Ends as every failure does, `--json` and the termination message included. */
function reportUsage(host: Host, error: CommanderError): number {
  const command = commandNamed(withCommand(host.args)[0] ?? '')?.name ?? 'pgate'
  const isHelp = host.args[0] === 'help'
  const words = isHelp ? host.args.slice(1) : host.args
  const answer = command === 'pgate' ? answerTo(words) : undefined
  const message = (isHelp ? unknownCommand(words[0]) : error.message)
    .replace(/^error: /, '')
    .replace(/\(Did you mean .*\)$/s, (guess) => (answer === undefined ? guess : ''))
    .trimEnd()
    .replaceAll('\n', ' ')
    .replace(/\.$/, '')
  const more =
    command === 'pgate'
      ? 'See pgate --help for the commands, and pgate <command> --help for its options.'
      : `See pgate ${command} --help for what it takes.`
  const failure = new GateError('USAGE', message, {
    facts: { args: host.args.length },
    hint: answer === undefined ? more : `${answer}; see pgate --help for the commands.`,
    cause: error,
  })
  return refuseCall(host, command, failure)
}

/** As commander says it; of `help` it says nothing. */
function unknownCommand(word = ''): string {
  const meant = nearest(
    word,
    COMMANDS.map(({ name }) => name),
  )
  return `unknown command '${word}'${meant === undefined ? '' : ` (Did you mean ${meant}?)`}`
}

/** The command that a line names, or asks help for; undefined where it names none that there is. */
function commandMeant([first = '', second = '']: readonly string[]): CommandEntry | undefined {
  return commandNamed(first === 'help' ? second : first)
}
