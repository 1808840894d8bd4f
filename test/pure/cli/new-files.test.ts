import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { loadRevisions } from '../../../src/revisions/file/load.ts'
import { CALLED_AT, type Called, callPgate } from '../../support/cli/call.ts'
import {
  type RevisionFolder,
  revisionText,
  withRevisionFolder,
} from '../../support/cli/revision-folder.ts'

const CREATED = CALLED_AT.replace('.123', '')

/** Calls pgate on a folder. */
function on({ path }: Pick<RevisionFolder, 'path'>) {
  return (...args: readonly string[]): Promise<Called> =>
    callPgate(args, { PGATE_MIGRATIONS: path })
}

async function writeRevisions(folder: RevisionFolder, revises: Record<string, string>) {
  for (const [id, parents] of Object.entries(revises)) {
    await folder.write(`${id}.sql`, revisionText({ id, revises: parents, upgrade: '' }))
  }
}

const TWO_HEADS = { aaa: 'none', bbb: 'aaa', ccc: 'aaa' }

describe('pgate revision', () => {
  it('makes the folder and the first revision, and prints its path alone', async () => {
    await withRevisionFolder(async ({ path }) => {
      const folder = { path: join(path, 'db/migrations') }
      const { exitCode, stdout, stderr } = await on(folder)('revision', '-m', 'Add users & roles!')
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' })
      const [file] = await readdir(folder.path)
      expect(stdout).toBe(`${folder.path}/${file}\n`)
      expect(file).toMatch(/^20261120_0905_[0-9a-f]{12}_add_users_roles\.sql$/)
      const { order } = await loadRevisions(folder.path)
      expect(order).toMatchObject([
        { revises: [], created: CREATED, message: 'Add users & roles!', transaction: 'auto' },
      ])
      expect(order[0]?.downgrade).not.toBeNull()
    })
  })

  it('follows the one head, with an id that no call before it had', async () => {
    await withRevisionFolder(async (folder) => {
      await on(folder)('revision', '-m', 'one')
      await on(folder)('create', '-m', 'two', '--rev-id', 'two')
      const { stdout } = await on(folder)('revision', '-m', 'three', '--json')
      const { order, heads } = await loadRevisions(folder.path)
      expect(order.map(({ message }) => message)).toEqual(['one', 'two', 'three'])
      expect(order.map(({ revises }) => revises)).toEqual([[], [order[0]?.id], ['two']])
      expect(JSON.parse(stdout)).toMatchObject({
        revision: heads[0],
        revises: ['two'],
        created: CREATED,
        file: order[2]?.file,
        exitCode: 0,
      })
    })
  })

  it('writes a TypeScript revision that loads again', async () => {
    await withRevisionFolder(async (folder) => {
      await on(folder)('revision', '-m', 'first', '--rev-id', 'aaa')
      const message = 'It\'s "quoted" \\ and `ticked`: $1'
      const { stdout } = await on(folder)(
        ...['revision', '--ts', '-m', message, '--rev-id', 'bbb', '--branch-label', 'billing'],
      )
      expect(stdout).toMatch(/_bbb_it_s_quoted_and_ticked_1\.ts\n$/)
      const { revisions } = await loadRevisions(folder.path)
      expect(revisions.get('bbb')).toMatchObject({
        revises: ['aaa'],
        message,
        created: CREATED,
        branchLabels: ['billing'],
        upgrade: { kind: 'module' },
        downgrade: { kind: 'module' },
      })
    })
  })

  it('begins a new root, labelled, that depends on others', async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, { aaa111: 'none', bbb222: 'aaa111' })
      const { exitCode } = await on(folder)(
        ...['revision', '-m', 'root', '--head', 'base', '--rev-id', 'ccc'],
        ...['--branch-label', 'billing', '--depends-on', 'aaa', '--depends-on', 'bbb222'],
      )
      expect(exitCode).toBe(0)
      const graph = await loadRevisions(folder.path)
      expect(graph.heads).toEqual(['bbb222', 'ccc'])
      expect(graph.revisions.get('ccc')).toMatchObject({
        revises: [],
        branchLabels: ['billing'],
        dependsOn: ['aaa111', 'bbb222'],
      })
      await on(folder)('revision', '-m', 'next', '--head', 'billing@head', '--rev-id', 'ddd')
      const { revisions } = await loadRevisions(folder.path)
      expect(revisions.get('ddd')?.revises).toEqual(['ccc'])
    })
  })

  it('refuses two heads, and names both and the way to join them', async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, TWO_HEADS)
      const { exitCode, stdout, stderr } = await on(folder)('revision', '-m', 'more')
      expect({ exitCode, stdout }).toEqual({ exitCode: 50, stdout: '' })
      for (const part of ['REVISION_MULTIPLE_HEADS', 'bbb', 'ccc', '--head', 'pgate merge heads']) {
        expect(stderr).toContain(part)
      }
      expect((await on(folder)('revision', '-m', 'more', '--head', 'ccc')).exitCode).toBe(0)
    })
  })

  it('begins a branch at a revision that others follow only with --splice', async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, { aaa: 'none', bbb: 'aaa' })
      const refused = await on(folder)('revision', '-m', 'branch', '--head', 'aaa')
      expect(refused.exitCode).toBe(50)
      expect(refused.stderr).toContain('revision aaa is not a head: bbb revises it')
      expect(refused.stderr).toContain('REVISION_NOT_HEAD')
      const spliced = await on(folder)('revision', '-m', 'x', '--head', 'aaa', '--splice')
      expect(spliced.exitCode).toBe(0)
      expect((await loadRevisions(folder.path)).children('aaa')).toHaveLength(2)
    })
  })

  it.each([
    ['an id with a path in it', ['--rev-id', '../../x'], 20, 'CONFIG_INVALID', '--rev-id'],
    ['a reserved id', ['--rev-id', 'head'], 20, 'CONFIG_INVALID', 'reserved'],
    ['an id that is too long', ['--rev-id', 'a'.repeat(33)], 20, 'CONFIG_INVALID', '33'],
    [
      'a label with a path in it',
      ['--branch-label', 'a/b'],
      20,
      'CONFIG_INVALID',
      '--branch-label',
    ],
    ['an id that is taken', ['--rev-id', 'aaa'], 50, 'REVISION_DUPLICATE', 'aaa.sql'],
    ['a label that is an id', ['--branch-label', 'aaa'], 50, 'REVISION_DUPLICATE', 'aaa'],
    ['an unknown parent', ['--head', 'aab'], 50, 'REVISION_UNKNOWN_TARGET', 'Did you mean aaa?'],
    ['an unknown dependency', ['--depends-on', 'x'], 50, 'REVISION_UNKNOWN_TARGET', 'x'],
    ['steps from nowhere', ['--head', '+1'], 50, 'REVISION_UNKNOWN_TARGET', '+1'],
    ['a message that says nothing', ['-m', ' …! '], 20, 'CONFIG_INVALID', '--message'],
    [
      'models that nothing names',
      ['--autogenerate'],
      20,
      'CONFIG_INVALID',
      'PGATE_MODELS: not set',
    ],
    [
      'two kinds of models',
      ['--autogenerate', '--to', '.', '--to-command', 'x'],
      20,
      'CONFIG_INVALID',
      '--to',
    ],
    [
      'models that are not there',
      ['--autogenerate', '--to', 'x.sql'],
      20,
      'CONFIG_INVALID',
      'x.sql',
    ],
    [
      'a command that is none',
      ['--autogenerate', '--to-command', '"'],
      20,
      'CONFIG_INVALID',
      'closed',
    ],
    ['a URL that is none', ['--autogenerate', '--to-url', 'x'], 20, 'CONFIG_INVALID', '--to-url'],
    ['models of what is not generated', ['--to', '.'], 2, 'USAGE', '--autogenerate'],
    ['to generate a module', ['--autogenerate', '--ts', '--to', '.'], 2, 'USAGE', '--ts'],
    ['an unknown option', ['--slice'], 2, 'USAGE', '--splice'],
  ])('refuses %s and writes nothing', async (_, args, exitCode, code, said) => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, { aaa: 'none' })
      const called = await on(folder)('revision', '-m', 'add users', ...args)
      expect(called).toMatchObject({ exitCode, stdout: '' })
      expect(called.stderr).toContain(code)
      expect(called.stderr).toContain(said)
      expect(await readdir(folder.path)).toEqual(['aaa.sql'])
    })
  })

  it('refuses a call without a message', async () => {
    const called = await callPgate(['revision'])
    expect(called).toMatchObject({ exitCode: 2, stdout: '' })
    expect(called.stderr).toContain('`pgate revision "add users"`')
  })

  it('never overwrites a file', async () => {
    await withRevisionFolder(async (folder) => {
      const name = '20261120_0905_bbb_add_users.sql'
      const other = revisionText({ id: 'aaa', upgrade: 'SELECT 1;' })
      await folder.write(name, other)
      const called = await on(folder)('revision', '-m', 'add users', '--rev-id', 'bbb')
      expect(called).toMatchObject({ exitCode: 50, stdout: '' })
      expect(called.stderr).toContain('REVISION_NOT_WRITTEN')
      expect(await readFile(join(folder.path, name), 'utf8')).toBe(other)
    })
  })

  it('refuses a folder that cannot be made, and one whose files are faulty', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('file', '')
      const inFile = await on({ path: join(folder.path, 'file', 'm') })('revision', '-m', 'x')
      expect(inFile).toMatchObject({ exitCode: 50, stdout: '' })
      await folder.write('a.sql', 'SELECT 1;')
      const faulty = await on(folder)('revision', '-m', 'x')
      expect(faulty).toMatchObject({ exitCode: 50, stdout: '' })
      expect(faulty.stderr).toContain('REVISION_HEADER')
      expect((await readdir(folder.path)).toSorted()).toEqual(['a.sql', 'file'])
    })
  })

  it.each([
    'pgate: upgrade',
    'revision: aaa',
    'fix: users\n-- revises: bbb',
    '../../etc/passwd',
    '-- pgate: downgrade',
    'ÄÖÜ 表 🐘 add',
    'x'.repeat(300),
  ])('writes a file that loads whatever the message is: %j', async (message) => {
    await withRevisionFolder(async (folder) => {
      for (const args of [
        ['--rev-id', 'one'],
        ['--rev-id', 'two', '--ts'],
      ]) {
        const { exitCode, stdout } = await on(folder)('revision', `--message=${message}`, ...args)
        expect(exitCode).toBe(0)
        expect((await stat(stdout.trimEnd())).isFile()).toBe(true)
      }
      const { order } = await loadRevisions(folder.path)
      expect(order.map(({ id, revises }) => [id, revises])).toEqual([
        ['one', []],
        ['two', ['one']],
      ])
    })
  })
})

describe('pgate merge', () => {
  it('fixes two heads with one revision that does nothing', async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, TWO_HEADS)
      const { exitCode, stdout } = await on(folder)('merge', 'heads', '-m', 'merge branches')
      expect(exitCode).toBe(0)
      expect(stdout).toMatch(/\/20261120_0905_[0-9a-f]{12}_merge_branches\.sql\n$/)
      const { heads, revisions } = await loadRevisions(folder.path)
      expect(heads).toHaveLength(1)
      expect(revisions.get(heads[0] ?? '')).toMatchObject({
        revises: ['bbb', 'ccc'],
        message: 'merge branches',
        upgrade: { text: '' },
        downgrade: { text: '' },
      })
      expect((await on(folder)('heads')).stdout).toBe(`${heads[0]} (head)\n`)
    })
  })

  it('joins the heads that are named, the others stay', async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, { ...TWO_HEADS, ddd: 'aaa' })
      const { exitCode } = await on(folder)('merge', 'd', 'bb', '-m', 'two', '--rev-id', 'eee')
      expect(exitCode).toBe(0)
      const { heads, revisions } = await loadRevisions(folder.path)
      expect(heads.toSorted()).toEqual(['ccc', 'eee'])
      expect(revisions.get('eee')?.revises).toEqual(['ddd', 'bbb'])
    })
  })

  it.each([
    ['one head', ['bbb'], 2, 'USAGE', 'only bbb was named'],
    ['the same head twice', ['bbb', 'bb'], 2, 'USAGE', 'only bbb was named'],
    ['no head', ['base'], 2, 'USAGE', 'none was named'],
    ['a revision that others follow', ['aaa', 'bbb'], 50, 'REVISION_NOT_HEAD', 'aaa is not a head'],
    ['an unknown one', ['bbb', 'zzz'], 50, 'REVISION_UNKNOWN_TARGET', 'zzz'],
    ['nothing named', [], 2, 'USAGE', 'revisions'],
  ])('refuses %s and writes nothing', async (_, revisions, exitCode, code, said) => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, TWO_HEADS)
      const called = await on(folder)('merge', ...revisions, '-m', 'x')
      expect(called).toMatchObject({ exitCode, stdout: '' })
      expect(called.stderr).toContain(code)
      expect(called.stderr).toContain(said)
      expect(await readdir(folder.path)).toHaveLength(3)
    })
  })

  it('says that nothing needs merging where there is one head', async () => {
    await withRevisionFolder(async (folder) => {
      await writeRevisions(folder, { aaa: 'none' })
      const { exitCode, stderr } = await on(folder)('merge', 'heads', '-m', 'x')
      expect(exitCode).toBe(2)
      expect(stderr).toContain('Nothing needs merging')
    })
  })
})
