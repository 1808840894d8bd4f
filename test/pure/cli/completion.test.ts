import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { callPgate } from '../../support/cli/call.ts'

/** What bash offers for the last of these words. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await callPgate(['completion', 'bash'])
  const folder = mkdtempSync(join(tmpdir(), 'pgate-completion-'))
  try {
    const script = join(folder, 'pgate.bash')
    writeFileSync(script, stdout)
    const line = [
      'source "$0"',
      'COMP_WORDS=(pgate "$@")',
      'COMP_CWORD=$#',
      '_pgate',
      `printf '%s\\n' "\${COMPREPLY[@]}"`,
    ]
    const text = execFileSync('bash', ['-c', line.join('; '), script, ...words], {
      encoding: 'utf8',
    })
    return text.trim().split('\n')
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('completion', () => {
  it('of bash offers every command, and each by its beginning', async () => {
    expect(await offered('')).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)))
    expect(await offered('his')).toEqual(['history'])
  })

  it('of bash offers the options of the command, also behind other words', async () => {
    expect(await offered('--json', 'upgrade', 'head', '--dry')).toEqual(['--dry-run'])
    expect(await offered('heads', '--wait')).toEqual([''])
  })

  it('of bash offers the words that an option may be', async () => {
    expect(await offered('upgrade', '--verify', '')).toEqual(['manifest', 'structure', 'off'])
  })

  it.each(['zsh', 'fish'])('of %s names every command and its options', async (shell) => {
    const { exitCode, stdout } = await callPgate(['completion', shell])
    expect(exitCode).toBe(0)
    for (const { name } of COMMANDS) expect(stdout).toContain(name)
    expect(stdout).toContain('dry-run')
  })

  it('of a shell that pgate does not know is refused with those that it knows', async () => {
    const { exitCode, stderr } = await callPgate(['completion', 'tcsh'])
    expect(exitCode).toBe(2)
    expect(stderr).toContain('bash, zsh, fish')
  })
})
