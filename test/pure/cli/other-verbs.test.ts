import { describe, expect, it } from 'vitest'
import { commandNamed } from '../../../src/cli/commands.ts'
import { ANSWERS, answerTo } from '../../../src/cli/other-verbs.ts'
import { callPgate } from '../../support/cli/call.ts'
import { printedCommands } from '../../support/cli/printed.ts'

describe("another tool's word for a command", () => {
  it.each([
    [['up'], 'pgate upgrade'],
    [['migrate', 'deploy'], 'pgate gate'],
    [['db:migrate'], 'pgate upgrade'],
    [['migration:run'], 'pgate upgrade'],
    [['db', 'push'], 'pgate gate'],
    [['migrate', 'status'], 'pgate status'],
    [['migrate:rollback'], 'pgate rollback'],
    [['migration', 'new', 'add_users'], 'pgate revision "add users"'],
    [['down'], 'pgate downgrade -1'],
    [['repair'], 'pgate check'],
    [['force', '3'], 'pgate stamp head'],
    [['version'], 'pgate current'],
  ])('%j is answered with what to run: %s', async (args, command) => {
    const { exitCode, stdout, stderr } = await callPgate(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toContain(`\`${command}\``)
    expect(stderr.split('\n')).toHaveLength(2)
  })

  it('is no word of pgate itself, and stands in one answer', () => {
    const verbs = ANSWERS.flatMap(([words]) => words.split(' '))
    expect(verbs.filter((verb) => commandNamed(verb) !== undefined)).toEqual([])
    expect(new Set(verbs).size).toBe(verbs.length)
    for (const verb of verbs) expect(answerTo([verb])).toBeDefined()
  })

  it('is answered with commands and options that there are', async () => {
    for (const args of ANSWERS.flatMap(([, answer]) => printedCommands(answer))) {
      const { exitCode } = await callPgate(args, { PGATE_WAIT_TIMEOUT: 'soon' })
      expect(exitCode, args.join(' ')).toBe(args[0] === '--version' ? 0 : 20)
    }
  })

  it('is not guessed at where it says nothing', () => {
    expect(answerTo(['frobnicate'])).toBeUndefined()
    expect(answerTo(['db'])).toBeUndefined()
    expect(answerTo([])).toBeUndefined()
  })
})
