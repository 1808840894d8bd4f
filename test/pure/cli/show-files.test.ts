import { describe, expect, it } from 'vitest'
import { callPgate } from '../../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../../support/cli/revision-folder.ts'

const AGENTS = { PGATE_MIGRATIONS: 'examples/agents/migrations' }

/** `aaa <- bbb, ccc <- ddd`: a diamond whose second branch bears a label. */
async function withDiamond(use: (env: Record<string, string>) => Promise<void>): Promise<void> {
  await withRevisionFolder(async (folder: RevisionFolder) => {
    const revises = {
      aaa: 'none',
      bbb: 'aaa',
      ccc: 'aaa\n-- branch-label: billing',
      ddd: 'bbb, ccc',
    }
    for (const [id, parents] of Object.entries(revises)) {
      await folder.write(`${id}.sql`, revisionText({ id, revises: parents, upgrade: 'SELECT 1;' }))
    }
    await use({ PGATE_MIGRATIONS: folder.path })
  })
}

describe('pgate history', () => {
  it("prints Alembic's lines, newest first, <base> at the end", async () => {
    const { exitCode, stdout } = await callPgate(['history'], AGENTS)
    expect(exitCode).toBe(0)
    expect(stdout).toBe(
      [
        '567cc0f251e5 -> c0b7d0e366e7 (head), phase1 claude sdk v2 foundation',
        '972fc63ffb69 -> 567cc0f251e5, add session templates table',
        '<base> -> 972fc63ffb69, initial database schema',
        '',
      ].join('\n'),
    )
  })

  it.each([
    ['567cc0f251e5:', ['c0b7d0e366e7', '567cc0f251e5']],
    [':567c', ['567cc0f251e5', '972fc63ffb69']],
    ['972fc63ffb69:567cc0f251e5', ['567cc0f251e5', '972fc63ffb69']],
  ])('lists the part %s', async (range, expected) => {
    const { stdout } = await callPgate(['history', '-r', range, '--json'], AGENTS)
    const { revisions } = JSON.parse(stdout)
    expect(revisions.map(({ revision }: { revision: string }) => revision)).toEqual(expected)
  })

  it.each([
    ['972fc63ffb69', 2, 'USAGE'],
    ['zzz:head', 50, 'REVISION_UNKNOWN_TARGET'],
  ])('refuses the part %s', async (range, exitCode, code) => {
    const called = await callPgate(['history', '-r', range], AGENTS)
    expect(called).toMatchObject({ exitCode, stdout: '' })
    expect(called.stderr).toContain(code)
  })

  it("lays the long form out as Alembic's", async () => {
    const { stdout } = await callPgate(['history', '--verbose', '-r', 'head:'], AGENTS)
    expect(stdout).toMatch(
      /^Rev: c0b7d0e366e7 \(head\)\nParent: 567cc0f251e5\nPath: examples\/agents\/migrations\/\S+\n\n {4}phase1 claude sdk v2 foundation\n/,
    )
  })
})

describe('pgate history --graph', () => {
  it('draws every revision on its lane', async () => {
    await withDiamond(async (env) => {
      const { stdout } = await callPgate(['history', '--graph'], env)
      expect(stdout.split('\n')).toHaveLength(5)
      expect(stdout).toMatch(/^○─╮ +ddd \(billing\) \(head\), Revision ddd\n/)
      const ascii = await callPgate(['history', '--graph', '--ascii'], env)
      expect(ascii.stdout).toMatch(/^[\x20-\x7e\n]+$/)
    })
  })

  it.each([[['--verbose']], [['-r', 'aaa:']]])('refuses %j next to it', async (args) => {
    const called = await callPgate(['history', '--graph', ...args], AGENTS)
    expect(called).toMatchObject({ exitCode: 2, stdout: '' })
    expect(called.stderr).toContain('--graph')
  })
})

describe('pgate heads', () => {
  it.each([[[]], [['--verbose']]])('prints the head with %j', async (args) => {
    const { stdout } = await callPgate(['heads', ...args], AGENTS)
    if (args.length === 0) expect(stdout).toBe('c0b7d0e366e7 (head)\n')
    else expect(stdout).toContain('Rev: c0b7d0e366e7 (head)\nParent: 567cc0f251e5\n')
  })
})

describe('pgate branches', () => {
  it("prints each branch point and what follows it, in Alembic's form", async () => {
    await withDiamond(async (env) => {
      const { stdout } = await callPgate(['branches'], env)
      expect(stdout).toBe('aaa (branchpoint)\n    -> bbb\n    -> ccc (billing)\n\n')
      const long = await callPgate(['branches', '--verbose'], env)
      expect(long.stdout).toContain('Branches into: bbb, ccc\n')
      expect(long.stdout).toContain('    -> ccc (billing), Revision ccc\n')
      const { branchpoints } = JSON.parse((await callPgate(['branches', '--json'], env)).stdout)
      expect(branchpoints).toMatchObject([{ revision: 'aaa', children: ['bbb', 'ccc'] }])
    })
  })

  it('prints nothing where no revision has two that follow it', async () => {
    expect(await callPgate(['branches'], AGENTS)).toEqual({ exitCode: 0, stdout: '', stderr: '' })
  })
})

describe('pgate show', () => {
  it('reports file, parents, date, message, checksum and SQL', async () => {
    const { exitCode, stdout } = await callPgate(['show', '567c'], AGENTS)
    expect(exitCode).toBe(0)
    for (const part of [
      'Rev: 567cc0f251e5\nParent: 972fc63ffb69\nPath: examples/agents/migrations/20251018_0355_567cc0f251e5_',
      '\n    add session templates table\n',
      '\n    Create Date: 2025-10-18T03:55:00Z\n',
      '\n-- pgate: upgrade\n',
      'CREATE TABLE session_templates',
      '\n-- pgate: downgrade\n',
    ]) {
      expect(stdout).toContain(part)
    }
    expect(stdout).toMatch(/\n {4}Checksum: [0-9a-f]{64}\n/)
  })

  it('gives the same as JSON', async () => {
    const { stdout } = await callPgate(['show', 'head', '--json'], AGENTS)
    expect(JSON.parse(stdout).revisions).toMatchObject([
      { revision: 'c0b7d0e366e7', revises: ['567cc0f251e5'], transaction: 'auto', head: 'head' },
    ])
  })

  it('says what a merge joins, what is irreversible, and a module as it is written', async () => {
    await withDiamond(async (env) => {
      const { stdout } = await callPgate(['show', 'ddd'], env)
      expect(stdout).toContain('Rev: ddd (head) (mergepoint)\nMerges: bbb, ccc\n')
      expect(stdout).toContain('Irreversible: there is no downgrade')
      await callPgate(['revision', '-m', 'in code', '--ts', '--rev-id', 'eee'], env)
      const module = await callPgate(['show', 'eee'], env)
      expect(module.stdout).toContain("export const revision = 'eee'\n")
      expect(module.stdout).not.toContain('-- pgate: upgrade')
    })
  })

  it.each([['zzz'], ['-1']])('refuses %s', async (target) => {
    const called = await callPgate(['show', target], AGENTS)
    expect(called).toMatchObject({ stdout: '' })
    expect(called.exitCode).toBe(50)
    expect(called.stderr).toContain('REVISION_UNKNOWN_TARGET')
  })
})
