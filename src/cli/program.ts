import { Command as Commander, CommanderError } from 'commander'
import { VERSION } from '../base/version.ts'
import { optionFlag, VARIABLES } from '../config/variables.ts'
import { GateError } from '../errors/error.ts'
import type { Command, CommonOptions } from './command.ts'
import { COMMANDS } from './commands.ts'
import type { Host } from './host.ts'
import { present } from './output/present.ts'
import { terminalOf } from './output/terminal.ts'
import { writeTerminationMessage } from './output/termination-log.ts'
import { badVerdict, terminationMessage } from './output/verdict.ts'
import { runCommand } from './run.ts'

/**
 * Reads the command line and runs the command it names; none means `gate`.
 * @returns the exit code: the command's, 0 for help and version, 2 for a line that makes no sense
 */
export async function runProgram(host: Host): Promise<number> {
  let exitCode = 0
  const program = createProgram(host, async (command, options) => {
    exitCode = await runCommand(host, command, options)
  })
  try {
    await program.parseAsync(withCommand(host.args), { from: 'user' })
    return exitCode
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    return error.exitCode === 0 ? 0 : await tellUsage(host, error)
  }
}

type Runner = (command: Command, options: CommonOptions) => Promise<void>

/** The whole command line as commander knows it. */
export function createProgram(host: Pick<Host, 'stdout'>, run: Runner): Commander {
  const program = new Commander('pgate')
    .description('The gate between PostgreSQL and an API: waits, migrates, verifies.')
    .version(VERSION, '-V, --version')
    .helpCommand(true)
    .exitOverride()
    .configureOutput({ writeOut: (text) => host.stdout.write(text), writeErr: () => {} })
  for (const command of COMMANDS) {
    program.addCommand(declare(command, run))
  }
  return program
}

function declare(command: Command, run: Runner): Commander {
  const { name, aliases = [], summary } = command
  const commander = new Commander(name).aliases(aliases).description(summary)
  command.declare?.(commander)
  addCommonOptions(commander)
  commander.action(async () => {
    await run(command, { ...optionsOf(commander), args: commander.args })
  })
  return commander
}

/** `--no-verify` and `--verify <mode>` share a name in commander; a step must not mix them up. */
function optionsOf(commander: Commander): CommonOptions {
  const { verify, ...options } = commander.opts<CommonOptions & { verify?: string | boolean }>()
  if (typeof verify === 'string') return { ...options, verify }
  return verify === false ? { ...options, skipVerify: true } : options
}

/** Each variable that may be overridden is an option of every command, from the one table. */
function addCommonOptions(commander: Commander): void {
  commander
    .option('--json', 'one JSON document on standard output')
    .option('--embedded [directory]', 'the built-in PostgreSQL: in memory, or kept in a directory')
  for (const variable of VARIABLES) {
    if (!('option' in variable)) continue
    commander.option(`${optionFlag(variable.option)} <value>`, `overrides ${variable.name}`)
  }
  commander.exitOverride().configureOutput({ writeErr: () => {} })
}

const ABOUT: ReadonlySet<string> = new Set(['-h', '--help', '-V', '--version'])

/** Options alone are the gate's; a default command of commander's would take a misspelt one too. */
function withCommand(args: readonly string[]): string[] {
  const [first = ''] = args
  return first.startsWith('-') && !ABOUT.has(first) ? ['gate', ...args] : [...args]
}

/** Ends as every failure does, `--json` and the termination message included. */
async function tellUsage(host: Host, error: CommanderError): Promise<number> {
  const command = commandMeant(host.args)
  const message = error.message
    .replace(/^error: /, '')
    .replace(/\(Did you mean .*\)$/s, (guess) => (synonymOf(host.args) === undefined ? guess : ''))
    .trimEnd()
    .replaceAll('\n', ' ')
    .replace(/\.$/, '')
  const failure = new GateError('USAGE', message, {
    facts: { args: host.args.length },
    hint:
      command === 'pgate'
        ? `${synonymHint(host.args)}See pgate --help for the commands, and pgate <command> --help for its options.`
        : `See pgate ${command} --help for what it takes.`,
    cause: error,
  })
  const verdict = badVerdict({ command, version: VERSION, steps: [] }, failure)
  present(terminalOf(host), { verdict }, { kind: 'query', json: host.args.includes('--json') })
  writeTerminationMessage(host.terminationLog, terminationMessage(verdict))
  return verdict.exitCode
}

/** What other tools call a command of pgate's. */
const SYNONYMS: Readonly<Record<string, string>> = {
  apply: 'upgrade',
  create: 'revision -m "..."',
  deploy: 'gate',
  generate: 'revision -m "..."',
  info: 'check',
  init: 'revision -m "..."',
  migrate: 'upgrade',
  new: 'revision -m "..."',
  revert: 'downgrade -1',
  rollback: 'downgrade -1',
  status: 'check',
  undo: 'downgrade -1',
  up: 'upgrade',
  down: 'downgrade -1',
  validate: 'verify',
}

function synonymOf(args: readonly string[]): string | undefined {
  const [first = ''] = args
  return Object.hasOwn(SYNONYMS, first) ? SYNONYMS[first] : undefined
}

function synonymHint(args: readonly string[]): string {
  const synonym = synonymOf(args)
  return synonym === undefined ? '' : `It is pgate ${synonym} here. `
}

/** The command that a line names; `pgate` itself where it names none that there is. */
function commandMeant(args: readonly string[]): string {
  const [first = ''] = withCommand(args)
  const isNamed = ({ name, aliases = [] }: Command) => [name, ...aliases].includes(first)
  return COMMANDS.find(isNamed)?.name ?? 'pgate'
}
