import { describe, expect, it } from 'vitest'
import { diesel } from '../../../../src/formats/diesel/diesel.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import { withRevisionFolder } from '../../../support/cli/revision-folder.ts'

async function load(files: Readonly<Record<string, string>>) {
  return withRevisionFolder(async ({ path, write }) => {
    for (const [name, text] of Object.entries(files)) await write(name, text)
    return loadRevisions(path, { ...diesel, reading: await diesel.reading() })
  })
}

describe('a folder of diesel', () => {
  it('has the version without its hyphens as id, in the order of the versions, and a time where it is one', async () => {
    const { order } = await load({
      '2024-01-31-120000_create_users/up.sql': 'select 1;\n',
      '20240101_first/up.sql': 'select 1;\n',
      '00000000000000_diesel_initial_setup/up.sql': 'select 1;\n',
      '00000000000000_diesel_initial_setup/down.sql': 'select 2;\n',
      '.hidden/up.sql': 'select 1;\n',
      'README.md': 'nothing',
    })
    expect(order.map(({ id, message, created }) => [id, message, created])).toEqual([
      ['00000000000000', 'diesel initial setup', undefined],
      ['20240101', 'first', undefined],
      ['20240131120000', 'create users', '2024-01-31T12:00:00Z'],
    ])
    expect(order.map(({ downgrade }) => downgrade !== null)).toEqual([true, false, false])
  })

  it.each([
    ['none', {}, 'auto'],
    ['one that says true', { 'a_b/metadata.toml': 'run_in_transaction = true # yes\n' }, 'auto'],
    ['one that says false', { 'a_b/metadata.toml': 'run_in_transaction = false\n' }, 'message'],
    ['one that does not say', { 'a_b/metadata.toml': '# run_in_transaction = true\n' }, 'message'],
  ])('runs in a transaction by its metadata.toml: %s', async (_, metadata, transaction) => {
    const { order } = await load({ 'a_b/up.sql': 'select 1;\n', ...metadata })
    expect(order[0]).toMatchObject({ transaction })
  })

  it.each([
    ['without up.sql', { '1_a/down.sql': 'select 1;\n' }, '1_a/down.sql: there is no up.sql'],
    ['with an empty one', { '1_a/up.sql': ' ;\n' }, '1_a/up.sql: it is empty'],
    ['with a meta-command', { '1_a/up.sql': 'select 1;\n\\i x\n' }, '1_a/up.sql:2:'],
    [
      'with one in its down.sql',
      { '1_a/up.sql': 'select 1;\n', '1_a/down.sql': '\\i x\n' },
      '1_a/down.sql:1:',
    ],
    [
      'with one version twice',
      { '2024-01-01_a/up.sql': 'select 1;\n', '20240101_b/up.sql': 'select 1;\n' },
      '20240101',
    ],
  ])('is refused %s', async (_, files, message) => {
    await expect(load(files)).rejects.toThrow(message)
  })
})
