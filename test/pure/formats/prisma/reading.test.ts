import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { prisma } from '../../../../src/formats/prisma/prisma.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { withRevisionFolder } from '../../../support/cli/revision-folder.ts'

const LOCK = { 'migration_lock.toml': 'provider = "postgresql"\n' }

async function load(files: Readonly<Record<string, string | Uint8Array>>) {
  return withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    const { order } = await loadRevisions(folder.path, {
      ...prisma,
      reading: await prisma.reading(),
    })
    return order
  })
}

describe('a folder of Prisma Migrate', () => {
  it('is read in the order of its command line, which is not that of bytes', async () => {
    const names = ['20250101_B', '20250101_a-c', '20250101_a', '20250101_a_b', '00_first']
    const order = await load({
      ...LOCK,
      ...Object.fromEntries(names.map((name) => [`${name}/migration.sql`, 'select 1;'])),
      'stray.sql': 'no SQL at all',
      '20250101_a/down.sql': 'no SQL either',
    })
    expect(order.map(({ id }) => id)).toEqual([
      '00_first',
      '20250101_a',
      '20250101_a_b',
      '20250101_a-c',
      '20250101_B',
    ])
  })

  it('takes the id, the message and the time from the name', async () => {
    const [first, second] = await load({
      ...LOCK,
      '20240131120000_add_users/migration.sql': '',
      'Über uns & "alle"/migration.sql': '-- This is an empty migration.',
    })
    expect(first).toMatchObject({ message: 'add users', created: '2024-01-31T12:00:00Z' })
    expect(second).toMatchObject({ id: 'Über uns & "alle"', transaction: 'message' })
    expect(second).not.toHaveProperty('created')
  })

  it('records the checksum of the file as it is, and knows it by LF, by CRLF and in the old form', async () => {
    const text = 'create table "User" ();\r\nselect 17;\n'
    const [revision] = await load({ ...LOCK, 'a/migration.sql': text })
    const sum = (data: string) => createHash('sha256').update(data).digest()
    const forms = [text, text.replaceAll('\r\n', '\n'), 'create table "User" ();\r\nselect 17;\r\n']
    expect(revision?.row).toEqual({ migration_name: 'a', checksum: sum(text).toString('hex') })
    for (const form of forms) {
      const bytes = [...sum(form)]
      expect(revision?.recorded).toContain(sum(form).toString('hex'))
      expect(revision?.recorded).toContain(bytes.map((byte) => byte.toString(16)).join(''))
    }
  })

  it('knows the vector that the engine itself has written', async () => {
    const [revision] = await load({
      ...LOCK,
      'a/migration.sql': 'create table a(id int); create table a2();\n',
    })
    const written = '10688d79f05d7d9089ab783f7fb7fa9248475d6555c7025ed1e46a6b208de7ef'
    expect(revision?.row?.checksum).toBe(written)
  })

  it('lets a folder without a file stand, as one that is not to be run', async () => {
    const [revision] = await load({ ...LOCK, 'a/README.md': 'gone' })
    expect(revision).toMatchObject({ id: 'a', upgrade: { kind: 'opaque' } })
  })

  it.each([
    ['another provider', 'provider = "sqlite"\n', 1, 'the provider sqlite'],
    ['a provider further down', '# a\n\nprovider = "mysql"', 3, 'the provider mysql'],
    ['no provider', '# nothing\n', 1, 'no line'],
  ])('is refused by file and line: %s', async (_, text, line, words) => {
    const loading = load({ 'migration_lock.toml': text, 'a/migration.sql': 'select 1;' })
    await expect(loading).rejects.toMatchObject({
      code: 'REVISION_HEADER',
      message: expect.stringMatching(new RegExp(`migration_lock.toml:${line}: .*${words}`)),
    })
  })

  it.each([
    ['bytes that are no text', Buffer.from([0x73, 0xff]), 'REVISION_ENCODING', ':1: byte 0xff'],
    ['a meta-command of psql', Buffer.from('select 1;\n\\i x\n'), 'REVISION_UNSUPPORTED', ':2'],
  ])('is refused by file and line: %s', async (_, bytes, code, words) => {
    const loading = load({ ...LOCK, 'a/migration.sql': bytes })
    const message = expect.stringContaining(`a/migration.sql${words}`)
    await expect(loading).rejects.toMatchObject({ code, message })
  })

  it('is refused where a name is longer than its table holds, or would be read as another', async () => {
    for (const name of ['tab\there', 'a (failed)']) {
      const loading = load({ ...LOCK, [`${name}/migration.sql`]: 'select 1;' })
      await expect(loading).rejects.toMatchObject({ code: 'REVISION_HEADER' })
    }
  })
})
