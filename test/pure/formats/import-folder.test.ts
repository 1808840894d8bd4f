import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { importFolder } from '../../../src/formats/import-folder.ts'
import { loadRevisions } from '../../../src/revisions/file/load.ts'
import { type RevisionFolder, withRevisionFolder } from '../../support/cli/revision-folder.ts'

const GOOSE = {
  '1_users.sql': '-- +goose Up\ncreate table users ();\n-- +goose Down\ndrop table users;\n',
  '2_in_go.go': 'package migrations\n',
  '3_note.sql': `-- +goose NO TRANSACTION\n-- +goose Up\n-- +goose ENVSUB ON\ncomment on table users is '$NOTE';\n`,
}

describe('an import of a folder', () => {
  it('keeps ids, order, messages and both directions, and says what could not be carried over', async () => {
    await withFolders(GOOSE, async ({ from, to }) => {
      const environment = { variables: { NOTE: 'one', OTHER: 'two' } }
      const result = await importFolder({ format: 'goose', ...both(from, to), environment })
      expect(result).toMatchObject({
        heads: ['3'],
        opaque: [`${from.path}/2_in_go.go`],
        repeatable: [],
        variables: ['NOTE'],
      })
      const { order } = await loadRevisions(to)
      expect(
        order.map(({ id, revises, message, transaction }) => [id, revises, message, transaction]),
      ).toEqual([
        ['1', [], 'users', 'auto'],
        ['2', ['1'], 'in go', 'auto'],
        ['3', ['2'], 'note', 'off'],
      ])
      const texts = order.map(({ upgrade }) => (upgrade.kind === 'sql' ? upgrade.text.trim() : ''))
      expect(texts[0]).toBe('create table users ();')
      expect(texts[1]).toContain('raise exception')
      expect(texts[2]).toBe("comment on table users is 'one';")
      expect(order.map(({ downgrade }) => downgrade !== null)).toEqual([true, false, false])
    })
  })

  it('gives an id that Alembic’s table could not hold one of 12 digits, always the same', async () => {
    const name = `20240101000000_${'long_name_'.repeat(4)}end`
    const files = { [`${name}/migration.sql`]: 'create table a ();\n', 'migration_lock.toml': LOCK }
    await withFolders(files, async ({ from, to }) => {
      const first = await importFolder({ format: 'prisma', ...both(from, to) })
      expect(first.heads).toEqual([expect.stringMatching(/^[0-9a-f]{12}$/)])
      const again = await importFolder({ format: 'prisma', ...both(from, to) })
      expect(again.files.map(({ state }) => state)).toEqual(['unchanged'])
    })
  })

  it('runs outside a transaction what its tool sends alone, where only a server knows', async () => {
    const files = {
      '1_call.sql':
        '-- migrate:up transaction:false\ncall p();\n-- migrate:down transaction:false\nselect 1;\n',
      '2_index.sql':
        '-- migrate:up transaction:false\ncreate index concurrently i on t (a);\n-- migrate:down\n',
    }
    await withFolders(files, async ({ from, to }) => {
      await importFolder({ format: 'dbmate', ...both(from, to) })
      const { order } = await loadRevisions(to)
      expect(order.map(({ transaction }) => transaction)).toEqual(['off', 'auto'])
    })
  })

  it('says once more what is wrong with a file, and writes nothing', async () => {
    await withFolders({ ...GOOSE, '4_none.sql': 'select 1;\n' }, async ({ from, to }) => {
      const failure = importFolder({ format: 'goose', ...both(from, to) })
      await expect(failure).rejects.toMatchObject({ code: 'REVISION_HEADER' })
      await expect(readFile(to)).rejects.toMatchObject({ code: 'ENOENT' })
    })
  })

  it('does not write among the files that it reads', async () => {
    await withFolders(GOOSE, async ({ from }) => {
      const failure = importFolder({ format: 'goose', ...both(from, `${from.path}/`) })
      await expect(failure).rejects.toMatchObject({ code: 'IMPORT_INVALID' })
    })
  })
})

const LOCK = 'provider = "postgresql"\n'

function both({ path }: RevisionFolder, directory: string) {
  return { folder: path, directory, force: false }
}

async function withFolders(
  files: Readonly<Record<string, string>>,
  use: (folders: { readonly from: RevisionFolder; readonly to: string }) => Promise<void>,
): Promise<void> {
  await withRevisionFolder(async (from) => {
    for (const [name, text] of Object.entries(files)) await from.write(name, text)
    await withRevisionFolder(({ path }) => use({ from, to: join(path, 'new') }))
  })
}
