import { describe, expect, it } from 'vitest'
import { callPgate } from '../../support/cli/call.ts'

describe('a command line that makes no sense', () => {
  it.each([
    ['an unknown command', ['upgrad'], 'pgate failed', "unknown command 'upgrad' (Did you mean"],
    ['an unknown option', ['heads', '--nosuch'], 'pgate heads failed', "option '--nosuch'"],
    ['help of no command', ['help', 'upgrad'], 'pgate failed', "'upgrad' (Did you mean upgrade?)"],
    ['options of no command', ['--nosuch'], 'gate shut', "unknown option '--nosuch'"],
    ['a command by its alias', ['info', 'x'], 'pgate status failed', 'too many arguments'],
    ['a missing argument', ['show'], 'pgate show failed', 'missing required argument'],
    ['an argument too many', ['heads', 'x'], 'pgate heads failed', 'too many arguments'],
  ])('with %s, is reported once, with what to do', async (_, args, subject, found) => {
    const { exitCode, stdout, stderr } = await callPgate(args)
    expect({ exitCode, stdout }).toEqual({ exitCode: 2, stdout: '' })
    expect(stderr).toMatch(/^.*\. Next: See pgate .*--help .*\.\n$/)
    expect(stderr).toContain(`${subject} (exit 2, USAGE): `)
    expect(stderr).toContain(found)
  })

  it.each([
    ['pgate', ['nosuch', '--json']],
    ['downgrade', ['downgrade', '--json']],
    ['gate', ['--json', '--nosuch']],
  ])('is one document of %s with --json', async (command, args) => {
    const { exitCode, stdout } = await callPgate(args)
    expect(exitCode).toBe(2)
    expect(JSON.parse(stdout)).toMatchObject({ command, exitCode: 2, code: 'USAGE' })
  })

  it.each([
    ['revision', ['create'], '`pgate revision "add users"`'],
    ['revision', ['create', 'add users', '-m', 'add users'], 'Leave one of them out'],
    [
      'downgrade',
      ['downgrade'],
      '`pgate downgrade -1` undoes the last revision, `pgate downgrade base` all',
    ],
    ['rollback', ['rollback', '001'], '`pgate downgrade` takes a target'],
  ])('of %s is answered with what to write: %s', async (command, args, hint) => {
    const { exitCode, stderr, stdout } = await callPgate(args)
    expect(exitCode).toBe(2)
    expect(`${stdout}${stderr}`).toContain(`pgate ${command} failed (exit 2, USAGE): `)
    expect(`${stdout}${stderr}`).toContain(hint)
  })

  it('is a fleet of a query that is empty, which would list nothing and end well', async () => {
    const { exitCode, stderr } = await callPgate(['fleet', '--fleet', 'query: ', '--list'])
    expect({ exitCode, stderr }).toEqual({
      exitCode: 20,
      stderr: expect.stringContaining('PGATE_FLEET: has no query'),
    })
  })
})
