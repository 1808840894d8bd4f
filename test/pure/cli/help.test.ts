import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { COMMAND_GROUPS } from '../../../src/cli/help.ts'
import { callPgate } from '../../support/cli/call.ts'

const helpOf = async (...args: readonly string[]) => (await callPgate([...args, '--help'])).stdout

describe('help', () => {
  it('lists every command under a heading, and begins with what a newcomer does first', async () => {
    const text = await helpOf()
    const headings = Object.values(COMMAND_GROUPS).map((heading) => text.indexOf(`\n${heading}\n`))
    expect(headings).toEqual(headings.toSorted((one, other) => one - other))
    expect(headings).not.toContain(-1)
    for (const { name } of COMMANDS) expect(text).toMatch(new RegExp(`^  ${name}[| ]`, 'm'))
    expect(text).toContain('Begin here:')
  })

  it('of a command shows its options, its settings by group with their defaults, and an example', async () => {
    const text = await helpOf('upgrade')
    expect(text).toMatch(/^ {2}--dry-run /m)
    expect(text).toMatch(/^Times:\n {2}--wait-timeout <value> /m)
    expect(text).toMatch(/\(PGATE_WAIT_TIMEOUT, default\s+60s\)/)
    expect(text).toMatch(/^Examples:\n {2}pgate upgrade head$/m)
  })

  it('leaves out settings that say nothing to the command, and takes them all the same', async () => {
    expect(await helpOf('heads')).not.toMatch(/--(?:listen|wait-timeout|schema|models) /)
    expect(await helpOf('heads')).not.toMatch(/--(?:embedded|backup-command|log-queries) /)
    expect(await helpOf('upgrade')).not.toMatch(/--(?:listen|models|test-seed) /)
    expect(await helpOf('fleet')).not.toMatch(/--embedded /)
    expect(await helpOf('status')).not.toMatch(/--(?:admin-url|blockers|batch-rows) /)
    expect(await helpOf('rollback')).not.toMatch(/--(?:target|phase|contract-after) /)
    const { exitCode } = await callPgate(['explain', '0', '--wait-timeout', '5s'])
    expect(exitCode).toBe(0)
  })
})
