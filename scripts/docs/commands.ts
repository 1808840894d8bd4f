import type { Argument, Command as Commander, Option } from 'commander'
import { COMMANDS } from '../../src/cli/commands.ts'
import { createProgram, type LoadedCommand } from '../../src/cli/program.ts'
import { VARIABLES } from '../../src/config/variables.ts'
import { EXIT_CODES, type ExitName } from '../../src/errors/exit-codes.ts'
import { ANY_COMMAND, COMMAND_EXITS } from './command-exits.ts'
import { exitWords } from './exit-codes.ts'
import { next, page, table, wrap, writtenFrom } from './markdown.ts'

const RULES = [
  '`pgate` without a command, or with options alone, is `pgate gate`: what an image calls.',
  'Every command reads the same [configuration](configuration.md); besides its own options it has those [of every command](#options-of-every-command).',
  'Commands that act say in their last line how they ended and what to do next. Commands that show something print that alone to standard output, so that it can be piped; what goes wrong is reported on standard error.',
  'With `--json` standard output is one JSON document: what the command has to report, and `command`, `verdict`, `exitCode`, `retriable`, and, where it failed, `code`, `message`, `hint` and `facts`.',
  'A revision may be named by its id, by the beginning of just one id, by a branch label, or by `head`; `upgrade` and `downgrade` count with `+N` and `-N` too.',
  '`pgate completion bash` (or `zsh`, `fish`) prints what makes that shell complete commands, options and their words.',
]

/** Every command, loaded. */
export const LOADED: readonly LoadedCommand[] = await Promise.all(
  COMMANDS.map(async (entry) => ({ ...entry, command: await entry.load() })),
)

/** docs/commands.md: every command as the command line knows it. */
export function commandsPage(): string {
  const program = createProgram(NOWHERE, LOADED, async () => {})
  const commanders = program.commands.filter((commander) => definitionOf(commander) !== undefined)
  const common = commonFlags(commanders)
  return page([
    '# Commands',
    writtenFrom('src/cli/'),
    RULES.map((rule) => `- ${wrap(rule, 2)}`).join('\n'),
    table(
      ['command', 'does'],
      commanders.map((commander) => [linkTo(commander), plain(commander.description())]),
    ),
    ...commanders.flatMap((commander) => section(commander, common)),
    '## Options of every command',
    commonTable(commanders[0]?.options.filter(({ flags }) => common.has(flags)) ?? []),
    wrap(
      'An option overrides the variable that it names, for this call; [configuration.md](configuration.md) says what each means.',
    ),
    '## Exit codes of every command',
    wrap(
      `Whatever is called may end with ${exits(ANY_COMMAND)}. [exit-codes.md](exit-codes.md) says what each asks for.`,
    ),
    next(
      '[Configuration](configuration.md): every variable, and the option that overrides it',
      '[Exit codes](exit-codes.md): what each asks for',
      '[First steps](first-steps.md): the commands in the order in which a project needs them',
    ),
  ])
}

const NOWHERE = { stdout: { write: () => {}, isTerminal: false, hasColors: false } }

function definitionOf(commander: Commander): LoadedCommand | undefined {
  return LOADED.find(({ name }) => name === commander.name())
}

/** The flags that no command lacks. */
function commonFlags(commanders: readonly Commander[]): ReadonlySet<string> {
  const [first = [], ...others] = commanders.map(({ options }) => options.map(({ flags }) => flags))
  return new Set(first.filter((flag) => others.every((flags) => flags.includes(flag))))
}

function linkTo(commander: Commander): string {
  return `[\`${commander.name()}\`](#${commander.name()})`
}

function section(commander: Commander, common: ReadonlySet<string>): readonly string[] {
  const name = commander.name()
  const own = commander.options.filter(({ flags }) => !common.has(flags))
  const aliases = commander.aliases()
  const { examples = [] } = definitionOf(commander)?.command ?? {}
  return [
    `## ${name}`,
    wrap(sentence(plain(commander.description()))),
    ...(aliases.length === 0 ? [] : [`Also called \`${aliases.join('`, `')}\`.`]),
    `\`\`\`text\n${usage(commander, own)}\n\`\`\``,
    ...(commander.registeredArguments.length === 0
      ? []
      : [table(['argument', 'meaning'], commander.registeredArguments.map(argumentRow))]),
    ...(own.length === 0 ? [] : [optionTable(own)]),
    ...(examples.length === 0 ? [] : [`\`\`\`sh\n${examples.join('\n')}\n\`\`\``]),
    ...exitsOf(name),
  ]
}

function usage(commander: Commander, own: readonly Option[]): string {
  const required = own.filter(({ mandatory }) => mandatory).map(({ flags }) => flags.split(', ')[0])
  const value = required.map((flag) => `${flag} <text>`)
  const options = own.length > required.length ? ['[options]'] : []
  const args = commander.registeredArguments.map(argumentWord)
  return ['pgate', commander.name(), ...args, ...value, ...options].join(' ')
}

function argumentWord(argument: Argument): string {
  const name = `${argument.name()}${argument.variadic ? '...' : ''}`
  return argument.required ? `<${name}>` : `[${name}]`
}

function argumentRow(argument: Argument): readonly string[] {
  return [`\`${argumentWord(argument)}\``, plain(argument.description)]
}

function optionTable(options: readonly Option[]): string {
  return table(['option', 'meaning'], options.map(optionRow))
}

/** What each of them means stands on one page only. */
function commonTable(options: readonly Option[]): string {
  const rows = options.map((option) => {
    const variable = VARIABLES.find(
      (one) => 'option' in one && one.option === option.attributeName(),
    )
    if (variable === undefined) return optionRow(option)
    const { name } = variable
    return [code(option.flags), `overrides [${name}](configuration.md#${name.toLowerCase()})`]
  })
  return table(['option', 'meaning'], rows)
}

function optionRow(option: Option): readonly string[] {
  const { flags, description, argChoices = [], defaultValue, mandatory } = option
  const choices = argChoices.length === 0 ? '' : `: ${argChoices.map(code).join(', ')}`
  const notes = [
    ...(mandatory ? ['required'] : []),
    ...(typeof defaultValue === 'string' ? [`default ${code(defaultValue)}`] : []),
  ]
  const note = notes.length === 0 ? '' : ` (${notes.join(', ')})`
  return [code(flags), `${plain(description)}${choices}${note}`]
}

function exitsOf(name: string): readonly string[] {
  const own = COMMAND_EXITS[name]
  if (own === undefined) return []
  if (own.length === 0)
    return ['Exit codes: [those of every command](#exit-codes-of-every-command).']
  return [
    wrap(
      `Exit codes, besides [those of every command](#exit-codes-of-every-command): ${exits(own)}.`,
    ),
  ]
}

/** In the order of the table of exit codes. */
function exits(names: readonly ExitName[]): string {
  return Object.entries(EXIT_CODES)
    .filter(([name]) => names.some((wanted) => wanted === name))
    .map(([name, { number }]) => `${number} (${exitWords(name)})`)
    .join(', ')
}

/** Markdown would take `<revision>` for a tag and drop it. */
function plain(text: string): string {
  return text.replaceAll('<', '\\<')
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`
}

function code(text: string): string {
  return `\`${text}\``
}
