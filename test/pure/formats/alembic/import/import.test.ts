import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { writeImport } from '../../../../../src/formats/alembic/import/files.ts'
import {
  type ImportResult,
  importAlembic,
} from '../../../../../src/formats/alembic/import/import.ts'
import type { ImportInput } from '../../../../../src/formats/import-invalid.ts'
import { withRevisionFolder } from '../../../../support/cli/revision-folder.ts'
import { failureOf } from '../../../revisions/support.ts'
import { recorded, upgradeOf } from './support.ts'

interface Inputs {
  readonly sql?: readonly ImportInput[]
  readonly history?: ImportInput | null
  readonly force?: boolean
}

/** Imports the recorded line of revisions, or what is given in its place. */
function run(directory: string, given: Inputs = {}): Promise<ImportResult> {
  const { history = file('linear/history.txt'), force = false } = given
  return importAlembic({
    sql: given.sql ?? [file('linear/upgrade.sql'), file('linear/downgrade.sql')],
    ...(history === null ? {} : { history }),
    directory,
    versionTable: 'alembic_version',
    force,
    percents: 'refuse',
  })
}

function file(name: string): ImportInput {
  return { name, bytes: Buffer.from(recorded(name).text) }
}

const OTHER_FIRST: Inputs = {
  sql: [{ name: 'up.sql', bytes: Buffer.from(upgradeOf('972fc63ffb69', 'SELECT 1;')) }],
  history: null,
}

const THIRD = '20251018_2258_c0b7d0e366e7_guests_100_of_them.sql'

describe('an import', () => {
  it('writes one file for each revision, makes the folder, and leaves nothing else behind', async () => {
    await withRevisionFolder(async ({ path }) => {
      const folder = join(path, 'new', 'migrations')
      const result = await run(folder)
      expect(result).toMatchObject({ irreversible: [], heads: ['c0b7d0e366e7'] })
      expect(result.files.map(({ state }) => state)).toEqual(['written', 'written', 'written'])
      const there = await readdir(folder)
      expect(there.map((name) => join(folder, name)).sort()).toEqual(
        result.files.map((written) => written.file).sort(),
      )
    })
  })

  it('again changes nothing', async () => {
    await withRevisionFolder(async ({ path }) => {
      await run(path)
      expect((await run(path)).files.map(({ state }) => state)).toEqual(Array(3).fill('unchanged'))
    })
  })

  it('replaces no file that says something else, and writes none of the others', async () => {
    await withRevisionFolder(async ({ path }) => {
      await run(path, OTHER_FIRST)
      const error = await failureOf(() => run(path), 'REVISION_NOT_WRITTEN')
      expect(error.facts).toEqual({ files: [join(path, '0001_972fc63ffb69.sql')] })
      expect(await readdir(path)).toEqual(['0001_972fc63ffb69.sql'])
    })
  })

  it('replaces it when asked to, under the name that it has', async () => {
    await withRevisionFolder(async ({ path }) => {
      await run(path)
      const before = await readFile(join(path, THIRD), 'utf8')
      await writeFile(join(path, THIRD), before.replace('guest@', 'GUEST@'))
      const { files } = await run(path, { force: true })
      expect(files.map(({ state }) => state)).toEqual(['unchanged', 'unchanged', 'replaced'])
      expect(await readFile(join(path, THIRD), 'utf8')).toBe(before)
      expect(await readdir(path)).toHaveLength(3)
    })
  })

  it('says which revisions have no downgrade', async () => {
    await withRevisionFolder(async ({ path }) => {
      const result = await run(path, {
        sql: [file('branched/upgrade.sql')],
        history: file('branched/history.txt'),
      })
      expect(result.irreversible).toEqual(['aaa111', 'ccc333', 'ddd444', 'bbb222', 'eee555'])
      expect(result.mayLackDependencies).toBe(false)
    })
  })

  it.each([
    ['on a line', 'linear', false],
    ['with branches', 'branched', true],
    ['of two bases', 'two-bases', true],
  ])(
    'without a history lacks nothing but words %s: %s',
    async (_, project, mayLackDependencies) => {
      await withRevisionFolder(async ({ path }) => {
        const sql = [file(`${project}/upgrade.sql`)]
        expect(await run(path, { sql, history: null })).toMatchObject({ mayLackDependencies })
      })
    },
  )

  it('touches nothing where the folder has a faulty file', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('x.sql', 'SELECT 1;')
      await failureOf(() => run(folder.path), 'REVISION_HEADER')
      expect(await readdir(folder.path)).toEqual(['x.sql'])
    })
  })

  it.each([
    ['UTF-16', Buffer.from('\ufeffBEGIN;', 'utf16le'), 'the file is UTF-16'],
    ['a NUL byte', Buffer.from('BEGIN;\n\0'), 'a NUL byte'],
  ])('refuses %s', async (_, bytes, found) => {
    await withRevisionFolder(async ({ path }) => {
      const sql = [{ name: 'up.sql', bytes }]
      const error = await failureOf(() => run(path, { sql }), 'IMPORT_INVALID')
      expect(error.message).toContain(found)
      expect(await readdir(path)).toEqual([])
    })
  })
})

describe('writing the files of an import', () => {
  it('takes everything back where one of them cannot be put into its place', async () => {
    await withRevisionFolder(async (folder) => {
      await folder.write('b.sql', 'as it was')
      const files = ['a.sql', 'b.sql', 'nowhere/c.sql'].map((name) => ({
        revision: name,
        path: join(folder.path, name),
        text: 'new',
      }))
      const error = await failureOf(
        () => writeImport(folder.path, files, true),
        'REVISION_NOT_WRITTEN',
      )
      expect(error.facts).toEqual({ file: folder.path, reason: 'ENOENT' })
      expect(await readdir(folder.path)).toEqual(['b.sql'])
      expect(await readFile(join(folder.path, 'b.sql'), 'utf8')).toBe('as it was')
    })
  })

  it('writes nothing where something that is no file stands in its place', async () => {
    await withRevisionFolder(async ({ path }) => {
      await mkdir(join(path, 'b.sql'))
      const files = ['a.sql', 'b.sql'].map((name) => ({
        revision: name,
        path: join(path, name),
        text: 'new',
      }))
      await failureOf(() => writeImport(path, files, true), 'REVISION_NOT_WRITTEN')
      expect(await readdir(path)).toEqual(['b.sql'])
    })
  })
})
