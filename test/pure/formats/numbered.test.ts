import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { GateError } from '../../../src/errors/error.ts'
import type { FormatName } from '../../../src/formats/format.ts'
import { loadFolder, tableNames } from '../../../src/formats/formats.ts'
import type { RevisionGraph } from '../../../src/revisions/graph/graph.ts'
import { withRevisionFolder } from '../../support/cli/revision-folder.ts'

type Files = Readonly<Record<string, string | Uint8Array>>

async function read(format: FormatName, files: Files): Promise<RevisionGraph> {
  return withRevisionFolder(async (folder) => {
    for (const [name, text] of Object.entries(files)) await folder.write(name, text)
    return loadFolder({ format, migrations: folder.path })
  })
}

async function faultsOf(format: FormatName, files: Files): Promise<readonly unknown[]> {
  const failure = await read(format, files).catch((error: unknown) => error)
  if (!(failure instanceof GateError)) throw new Error('nothing was refused')
  return failure.facts.faults as readonly unknown[]
}

const VECTOR =
  '732dd6fa554ee7cf2b12caa7de486d35b60326cbb0fadccc7c537fb9750917e293550610ebffcbd185284ce99600a267'

const UP = 'create table a ();\n'
const DOWN = 'drop table a;\n'

describe('a folder of golang-migrate', () => {
  it('is in the order of its numbers, without their leading zeros, and passes over all else', async () => {
    const { order, heads } = await read('golang-migrate', {
      '10_ten.up.sql': UP,
      '009_nine.up.sql': UP,
      '1_.up.sql': UP,
      '0_zero.up.sql': UP,
      '20240131120000_add_users.up.sql': UP,
      '2_two.sql': 'not one',
      'x_3.up.sql': 'not one',
      '4.up.sql': 'not one',
      '5_five.up.sql.bak': 'not one',
    })
    expect(order.map(({ id }) => id)).toEqual(['0', '1', '9', '10', '20240131120000'])
    expect(order.map(({ revises }) => revises)).toEqual([[], ['0'], ['1'], ['9'], ['10']])
    expect(order.map(({ message }) => message)).toEqual(['zero', '1', 'nine', 'ten', 'add users'])
    expect(order.at(-1)).toMatchObject({ created: '2024-01-31T12:00:00Z', transaction: 'message' })
    expect(heads).toEqual(['20240131120000'])
  })

  it('pairs up and down by the number alone, and each has its own file and lines', async () => {
    const { order } = await read('golang-migrate', {
      '1_first.up.sql': UP,
      '001_undo_it.down.sql': DOWN,
      '2_no_undo.up.sql': UP,
      '3_only_back.down.sql': DOWN,
    })
    const [first, second, third] = order
    expect(first).toMatchObject({
      file: expect.stringMatching(/\/1_first\.up\.sql$/),
      upgrade: { text: UP, line: 1 },
      downgrade: { text: DOWN, line: 1, file: expect.stringMatching(/\/001_undo_it\.down\.sql$/) },
    })
    expect(second).toMatchObject({ downgrade: null })
    expect(third).toMatchObject({
      file: expect.stringMatching(/\/3_only_back\.down\.sql$/),
      upgrade: { text: '' },
      downgrade: { text: DOWN, line: 1 },
    })
  })

  it.each<[string, Files, string, string]>([
    [
      'two ups of one number',
      { '1_a.up.sql': UP, '01_b.up.sql': UP },
      '1_a.up.sql',
      '01_b.up.sql already',
    ],
    [
      'two downs of one number',
      { '1_a.up.sql': UP, '1_b.down.sql': DOWN, '1_c.down.sql': DOWN },
      '1_c.down.sql',
      '1_b.down.sql already',
    ],
    [
      'a number beyond bigint',
      { '9223372036854775808_a.up.sql': UP },
      '9223372036854775808_a.up.sql',
      'larger than a bigint',
    ],
    [
      'a down that is no UTF-8',
      { '1_a.up.sql': UP, '1_a.down.sql': Buffer.from([0xff, 0xff]) },
      '1_a.down.sql',
      'not UTF-8',
    ],
    [
      'a psql command in a down',
      { '1_a.up.sql': UP, '1_a.down.sql': '\\i other.sql\n' },
      '1_a.down.sql',
      '\\i',
    ],
    ['a BEGIN that is not closed', { '1_a.up.sql': `begin;\n${UP}` }, '1_a.up.sql', 'BEGIN'],
  ])('is refused by file: %s', async (_, files, name, words) => {
    expect(await faultsOf('golang-migrate', files)).toContainEqual(
      expect.objectContaining({
        file: expect.stringMatching(new RegExp(`/${name}$`)),
        message: expect.stringContaining(words),
      }),
    )
  })

  it('is locked by the two keys that golang-migrate makes of schema, table and database', async () => {
    const { history } = tableNames({
      format: 'golang-migrate',
      schema: 'public',
      versionTable: 'schema_migrations',
    })
    expect(await history.lockKeys?.('app')).toEqual([1_787_120_056n, 1_726_534_663n])
  })
})

describe('a folder of sqlx', () => {
  it('is in the order of its numbers, plain and reversible, and passes over all else', async () => {
    const { order } = await read('sqlx', {
      '10_ten.sql': UP,
      '9_nine_and_a_half.up.sql': UP,
      '009_nine.down.sql': DOWN,
      '20240131120000_add_users.sql': UP,
      'README.md': 'not one',
      'seed.sql': 'not one',
    })
    expect(order.map(({ id }) => id)).toEqual(['9', '10', '20240131120000'])
    expect(order[0]).toMatchObject({
      downgrade: { text: DOWN, file: expect.stringMatching(/\/009_nine\.down\.sql$/) },
      row: { version: '9', description: 'nine and a half' },
    })
    expect(order[1]).toMatchObject({ downgrade: null, row: { description: 'ten' } })
  })

  it('has the SHA-384 of the bytes as they are, and takes that with LF and with CRLF for the same', async () => {
    const sha = (text: string) => createHash('sha384').update(text).digest('hex')
    const lf = 'create table a ();\n-- é\n'
    const crlf = lf.replaceAll('\n', '\r\n')
    const [{ row, recorded } = {}] = (await read('sqlx', { '1_a.sql': crlf })).order
    expect(row).toMatchObject({ checksum: sha(crlf) })
    expect(new Set(recorded)).toEqual(new Set([sha(crlf), sha(lf)]))
    // The vector is of sha384sum.
    const [first] = (await read('sqlx', { '1_a.sql': 'select 1;\n' })).order
    expect(first?.row?.checksum).toBe(VECTOR)
  })

  it.each([
    ['-- no-transaction\nselect 1;\n', 'message'],
    ['-- no-transaction, since it builds an index\nselect 1;\n', 'message'],
    ['\n-- no-transaction\nselect 1;\n', 'auto'],
    ['--no-transaction\nselect 1;\n', 'auto'],
    ['-- NO-TRANSACTION\nselect 1;\n', 'auto'],
  ])('reads at the first byte alone whether %j has no transaction', async (text, transaction) => {
    expect((await read('sqlx', { '1_a.sql': text })).order).toMatchObject([{ transaction }])
  })

  it.each<[string, Files, string, string]>([
    [
      'a name that begins with no number',
      { '1_a.sql': UP, 'seed_data.sql': UP },
      'seed_data.sql',
      'does not begin with a number',
    ],
    [
      'a plain and a reversible file of one number',
      { '1_a.sql': UP, '01_a.up.sql': UP },
      '1_a.sql',
      '01_a.up.sql already',
    ],
    [
      'a down without its up',
      { '1_a.sql': UP, '2_b.down.sql': DOWN },
      '2_b.down.sql',
      'no file 2_….up.sql',
    ],
    [
      'a number beyond bigint',
      { '9223372036854775808_a.sql': UP },
      '9223372036854775808_a.sql',
      'larger than a bigint',
    ],
  ])('is refused by file: %s', async (_, files, name, words) => {
    expect(await faultsOf('sqlx', files)).toContainEqual(
      expect.objectContaining({
        file: expect.stringMatching(new RegExp(`/${name}$`)),
        message: expect.stringContaining(words),
      }),
    )
  })

  it('is locked by the key that sqlx makes of the database', async () => {
    const place = { schema: 'public', versionTable: '_sqlx_migrations' }
    const { history } = tableNames({ format: 'sqlx', ...place })
    expect(await history.lockKeys?.('app')).toEqual([3_469_795_979_745_788_610n])
  })
})
