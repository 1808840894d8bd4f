import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Help } from 'commander'
import { describe, expect, it } from 'vitest'
import { COMMAND_EXITS } from '../../scripts/docs/command-exits.ts'
import { LOADED } from '../../scripts/docs/commands.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { createProgram, type LoadedCommand, withoutMigrator } from '../../src/cli/program.ts'
import type { Call } from '../../src/cli/run.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/commands.md'), 'utf8')
const NOWHERE = { stdout: { write: () => {}, isTerminal: false, hasColors: false } }
const EXAMPLES = LOADED.flatMap(({ name, command: { examples = [] } }) =>
  examples.map((example): [string, string] => [example, name]),
)

/** The words of a line as a shell would hand them over, from the last `pgate` on. */
function splitWords(line: string): readonly string[] {
  const [, call = ''] = /(?:^|\| )pgate ?([^|>]*)(?:>.*)?$/.exec(line) ?? []
  return [...call.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((found) => found.slice(1).join(''))
}

/** What the command line makes of a call: nothing is run. */
async function parse(args: readonly string[]) {
  const called: Call[] = []
  const program = createProgram(NOWHERE, LOADED, async (call) => {
    called.push(call)
  })
  const [first = 'gate'] = args
  const given = first.startsWith('-') || args.length === 0 ? ['gate', ...args] : args
  const command = LOADED.find(({ name }) => name === given[0])?.command
  const { args: own, options } = withoutMigrator(given, command)
  await program.parseAsync(own, { from: 'user' })
  return called.map((call) => ({ ...call, options: { ...call.options, ...options } }))[0]
}

describe('docs/commands.md', () => {
  it.each(COMMANDS.map(({ name }) => name))('has a section for %s with its exit codes', (name) => {
    const [, section = ''] = PAGE.split(`\n## ${name}\n`)
    expect(section.split('\n## ')[0]).toMatch(/Exit codes[:,]/)
  })

  it('knows the exit codes of the commands there are, and of no other', () => {
    expect(Object.keys(COMMAND_EXITS).toSorted()).toEqual(
      COMMANDS.map(({ name }) => name).toSorted(),
    )
  })

  it('lists the arguments that each command takes', () => {
    const program = createProgram(NOWHERE, LOADED, async () => {})
    const lines = program.helpInformation()
    for (const commander of program.commands) {
      // Commander itself lists the first of several other names only.
      const [, ...rest] = new Help().subcommandTerm(commander).split(' ')
      const names = [commander.name(), ...commander.aliases()].join('|')
      expect(lines).toContain(`  ${[names, ...rest].join(' ')} `)
    }
  })
})

describe('the commands', () => {
  it.each(LOADED.map((command): [string, LoadedCommand] => [command.name, command]))(
    'give an example of %s',
    (_, { command: { examples = [] } }) => {
      expect(examples.length).toBeGreaterThan(0)
    },
  )

  it.each(EXAMPLES)('understand `%s` as %s', async (example, name) => {
    expect((await parse(splitWords(example)))?.name).toBe(name)
  })

  it('find revision under its other name', async () => {
    const called = await parse([
      'create',
      '-m',
      'add users',
      '--depends-on',
      'a',
      '--depends-on',
      'b',
    ])
    expect(called?.name).toBe('revision')
    expect(called?.options).toMatchObject({ message: 'add users', dependsOn: ['a', 'b'] })
  })
})
