import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMAND_EXITS } from '../../scripts/docs/command-exits.ts'
import type { Command, CommonOptions } from '../../src/cli/command.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { createProgram } from '../../src/cli/program.ts'

const PAGE = readFileSync(join(import.meta.dirname, '../../docs/commands.md'), 'utf8')
const NOWHERE = { stdout: { write: () => {}, isTerminal: false, hasColors: false } }
const EXAMPLES = COMMANDS.flatMap(({ name, examples = [] }) =>
  examples.map((example): [string, string] => [example, name]),
)

/** The words of a line as a shell would hand them over, from the last `pgate` on. */
function wordsOf(line: string): readonly string[] {
  const [, call = ''] = /(?:^|\| )pgate ?([^|]*)$/.exec(line) ?? []
  return [...call.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map((found) => found.slice(1).join(''))
}

/** What the command line makes of a call: nothing is run. */
async function parse(args: readonly string[]) {
  const called: { command: Command; options: CommonOptions }[] = []
  const program = createProgram(NOWHERE, async (command, options) => {
    called.push({ command, options })
  })
  const [first = 'gate', ...others] = args
  await program.parseAsync([first, ...others], { from: 'user' })
  return called[0]
}

describe('docs/commands.md', () => {
  it.each(COMMANDS.map(({ name }) => name))('has a section for %s with its exit codes', (name) => {
    const [, section = ''] = PAGE.split(`\n## ${name}\n`)
    expect(section.split('\n## ')[0]).toContain('Exit codes, besides')
  })

  it('knows the exit codes of the commands there are, and of no other', () => {
    expect(Object.keys(COMMAND_EXITS).toSorted()).toEqual(
      COMMANDS.map(({ name }) => name).toSorted(),
    )
  })

  it('says that there is no shell completion', () => {
    expect(PAGE).toContain('There is no shell completion')
  })
})

describe('the commands', () => {
  it.each(COMMANDS.map((command): [string, Command] => [command.name, command]))(
    'give an example of %s',
    (_, { examples = [] }) => {
      expect(examples.length).toBeGreaterThan(0)
    },
  )

  it.each(EXAMPLES)('understand `%s` as %s', async (example, name) => {
    expect((await parse(wordsOf(example)))?.command.name).toBe(name)
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
    expect(called?.command.name).toBe('revision')
    expect(called?.options).toMatchObject({ message: 'add users', dependsOn: ['a', 'b'] })
  })
})
