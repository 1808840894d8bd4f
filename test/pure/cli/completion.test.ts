import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../../src/cli/commands.ts'
import { SHELLS, type Shell } from '../../../src/cli/completion.ts'
import { callPgate } from '../../support/cli/call.ts'
import { missingShells, mustBeComplete } from '../../support/run/environment.ts'

/** Asks a shell what it offers for the last of these words: its own completion, or the function itself. */
const ASK: Readonly<Record<Shell, string>> = {
  bash: `source "$0"; COMP_WORDS=(pgate "$@"); COMP_CWORD=$#; _pgate; printf '%s\\n' "\${COMPREPLY[@]}"`,
  fish: 'source $argv[1]; complete -C (string join -- " " pgate $argv[2..])',
  // What zsh has only where somebody types: the words offered, without choosing among them.
  zsh: `compdef() { }; _describe() { print -rl -- \${(P)\${@[-1]}} }; compadd() { shift; print -rl -- "$@" }; _files() { }
    source $0; words=(pgate "$@"); CURRENT=$#words; PREFIX=$words[-1]; _pgate`,
}

const FLAGS: Readonly<Record<Shell, readonly string[]>> = {
  bash: ['-c'],
  fish: ['--no-config', '-c'],
  zsh: ['-f', '-c'],
}

/** What the shell offers for the last of these words, without the descriptions. */
async function offered(shell: Shell, ...words: readonly string[]): Promise<readonly string[]> {
  const { stdout } = await callPgate(['completion', shell])
  const folder = mkdtempSync(join(tmpdir(), 'pgate-completion-'))
  try {
    const script = join(folder, 'pgate')
    writeFileSync(script, stdout)
    // fish takes options behind its command for its own.
    const end = shell === 'fish' ? ['--'] : []
    const text = execFileSync(shell, [...FLAGS[shell], ASK[shell], ...end, script, ...words], {
      encoding: 'utf8',
    })
    const lines = text.trim().split('\n')
    const names = lines.map((line) => line.split(/[:\t]/, 1)[0] ?? '')
    return names.filter((name) => name.startsWith(words.at(-1) ?? ''))
  } finally {
    rmSync(folder, { recursive: true })
  }
}

describe('completion', () => {
  // In CI none may be missing.
  const missing = mustBeComplete() ? [] : missingShells()
  const shells = SHELLS.filter((shell) => !missing.includes(shell))
  describe.each(shells)('of %s', (shell) => {
    it('offers every command, and each by its beginning', async () => {
      const all = await offered(shell, '')
      expect(all).toEqual(expect.arrayContaining(COMMANDS.map(({ name }) => name)))
      expect(await offered(shell, 'his')).toEqual(['history'])
    })

    it('offers the options of the command that fit it, also behind other words', async () => {
      expect(await offered(shell, '--json', 'upgrade', 'head', '--dry')).toEqual(['--dry-run'])
      expect((await offered(shell, 'heads', '--wait')).join('')).toBe('')
    })

    it('offers the words that an option may be', async () => {
      const words = await offered(shell, 'upgrade', '--verify', '')
      expect(words.toSorted()).toEqual(['manifest', 'off', 'structure'])
    })
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
