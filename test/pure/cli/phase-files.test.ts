import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { callPgate } from '../../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../../support/cli/revision-folder.ts'

function on({ path }: Pick<RevisionFolder, 'path'>) {
  return (...args: readonly string[]) => callPgate(args, { PGATE_MIGRATIONS: path })
}

async function writeLine(folder: RevisionFolder): Promise<void> {
  await folder.write('e1.sql', revisionText({ id: 'e1', upgrade: 'create table t (a int);' }))
  const drop = revisionText({ id: 'c1', revises: 'e1', upgrade: 'alter table t drop column a;' })
  await folder.write('c1.sql', drop.replace('-- revises', '-- phase: contract\n-- revises'))
}

describe('the phase of a revision', () => {
  it('is written by `revision --phase contract` and by a merge of one, and shown', async () => {
    await withRevisionFolder(async (folder) => {
      await writeLine(folder)
      const pgate = on(folder)
      const sql = await pgate('revision', '-m', 'drop more', '--phase', 'contract')
      expect(await readFile(sql.stdout.trim(), 'utf8')).toContain('-- phase: contract\n')
      const ts = await pgate('revision', '-m', 'and more', '--ts', '--phase', 'contract')
      expect(await readFile(ts.stdout.trim(), 'utf8')).toContain(
        "export const phase = 'contract'\n",
      )
      expect((await pgate('show', 'head')).stdout).toContain('Phase: contract\n')
      expect((await pgate('history', '--verbose')).stdout.split('Phase: contract\n')).toHaveLength(
        4,
      )
      const other = [
        'revision',
        '-m',
        'other',
        '--head',
        'e1',
        '--splice',
        '--rev-id',
        'e2',
      ] as const
      expect(await readFile((await pgate(...other)).stdout.trim(), 'utf8')).not.toContain('phase')
      const merged = await pgate('merge', 'heads', '-m', 'both')
      expect(await readFile(merged.stdout.trim(), 'utf8')).toContain('-- phase: contract\n')
      const all = await pgate('revision', '-m', 'all', '--phase', 'all')
      expect(all).toMatchObject({
        exitCode: 2,
        stderr: expect.stringContaining('--phase contract'),
      })
    })
  })

  it('that is none is refused with its line, in SQL and in a module', async () => {
    await withRevisionFolder(async (folder) => {
      const sql = revisionText({ id: 'a', upgrade: '' }).replace('-- revises', '-- phase: last\n--')
      await folder.write('a.sql', sql.replace('-- : ', '-- revises: '))
      await folder.write(
        'b.ts',
        "export const revision = 'b'\nexport const revises = null\nexport const phase = 'contrat'\nexport async function upgrade() {}\n",
      )
      const { exitCode, stderr } = await on(folder)('heads')
      expect(exitCode).toBe(50)
      expect(stderr).toContain('a.sql:4')
      expect(stderr).toContain('`last` is not expand or contract')
      expect(stderr).toContain('b.ts:3')
      expect(stderr).toContain("`phase` is 'contrat'")
    })
  })
})

describe('a script of a phase', () => {
  it('leaves the contract revisions, or begins behind the others', async () => {
    await withRevisionFolder(async (folder) => {
      await writeLine(folder)
      const script = async (...args: readonly string[]) =>
        (await on(folder)('upgrade', '--sql', ...args)).stdout
      expect(await script('--phase', 'expand')).toContain('upgrade <base> to e1, written offline')
      const contract = await script('--phase', 'contract')
      expect(contract).toContain('upgrade e1 to c1, written offline')
      expect(contract).toContain('that is a database that an expand run has left')
      const early = await on(folder)('upgrade', 'base:head', '--sql', '--phase', 'contract')
      expect(early).toMatchObject({ exitCode: 51 })
      expect(await script()).toContain('upgrade <base> to c1, written offline')
    })
  })
})

describe('a phase', () => {
  it('is refused where no file could say which it is', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('1_a.sql', '-- migrate:up\nselect 1;\n')
      const theirs = await on(folder)('gate', '--phase', 'expand')
      expect(theirs.exitCode).toBe(20)
      expect(theirs.stdout).toContain('PGATE_MIGRATIONS is a folder of dbmate')
      const program = await on(folder)('gate', '--phase', 'expand', '--', 'true')
      expect(program.exitCode).toBe(20)
      expect(program.stdout).toContain('another program migrates')
    })
  })
})
