import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { LOADED } from '../../scripts/docs/commands.ts'
import { COMMANDS } from '../../src/cli/commands.ts'
import { createProgram } from '../../src/cli/program.ts'
import { VARIABLES } from '../../src/config/variables.ts'

const DOCS = join(import.meta.dirname, '../../docs')
const PAGE = readFileSync(join(DOCS, 'coming-from-alembic.md'), 'utf8')

const NOWHERE = { stdout: { write: () => {}, isTerminal: false, hasColors: false } }
const DECLARED = new Map(
  createProgram(NOWHERE, LOADED, () => Promise.resolve()).commands.map((command) => [
    command.name(),
    command.options.flatMap(({ long, short }) => [long ?? '', short ?? '']),
  ]),
)

/** `pgate revision -m "…"`, in a code span or a block: the command and its options. */
const CALLS = [...PAGE.matchAll(/(?:`|^|\| )pgate ([a-z]+)([^`\n|]*)/gm)].map(
  ([, command = '', rest = '']): [string, readonly string[]] => [
    command,
    [...rest.matchAll(/(?<= )--?[a-z][a-z-]*/g)].map(([option]) => option),
  ],
)

describe('docs/coming-from-alembic.md', () => {
  it.each(CALLS)(
    'calls a command that there is: pgate %s, with its options',
    (command, options) => {
      const declared = DECLARED.get(command) ?? []
      expect([command, options.filter((option) => !declared.includes(option))]).toEqual([
        command,
        [],
      ])
      expect(declared).not.toEqual([])
    },
  )

  it('says where each command of pgate comes from', () => {
    const missing = COMMANDS.map(({ name }) => name).filter((name) => !PAGE.includes(name))
    expect(missing).toEqual([])
  })

  it('names only variables that there are', () => {
    const names = new Set<string>(VARIABLES.map(({ name }) => name))
    const named = [...PAGE.matchAll(/\b(?:PGATE_[A-Z_]+|DATABASE_URL)\b/g)].map(([name]) => name)
    expect(named.filter((name) => !names.has(name))).toEqual([])
  })
})
