import { describe, expect, it } from 'vitest'
import { checksumOf } from '../../../../src/revisions/file/checksum.ts'
import { checkExports } from '../../../../src/revisions/file/exports.ts'
import { loadRevisions } from '../../../../src/revisions/file/load.ts'
import type { RevisionDatabase } from '../../../../src/revisions/file/revision.ts'
import { FIXTURES, fixture } from '../support.ts'

const upgrade = () => {}

describe('a revision module', () => {
  it('says everything that a header can say', async () => {
    const { revisions } = await loadRevisions(`${FIXTURES}/modules`)
    expect(revisions.get('aaa1')).toMatchObject({
      revises: [],
      message: 'Create aaa1',
      created: '2025-10-18T02:30:00Z',
      transaction: 'off',
      checksum: checksumOf(fixture('modules/1_aaa1.ts').toString()),
      upgrade: { kind: 'module' },
      downgrade: { kind: 'module' },
    })
    expect(revisions.get('bbb2')).toMatchObject({ revises: ['aaa1'], downgrade: null })
    expect(revisions.get('ccc3')).toMatchObject({
      branchLabels: ['side', 'other'],
      dependsOn: ['aaa1'],
    })
    expect(revisions.get('ddd4')).toMatchObject({ revises: ['ccc3'], message: '4_ddd4' })
  })

  it('is given the database', async () => {
    const { revisions } = await loadRevisions(`${FIXTURES}/modules`)
    const asked: unknown[] = []
    const db: RevisionDatabase = {
      query: async (text, values) => {
        asked.push([text, values])
        return { rows: [], rowCount: 0 }
      },
    }
    const body = revisions.get('aaa1')?.upgrade
    if (body?.kind === 'module') await body.run(db)
    expect(asked).toEqual([['select $1::int', ['1']]])
  })
})

describe('checkExports', () => {
  it.each([
    ['a list of one', ['aaa1'], ['aaa1']],
    ['an id', 'aaa1', ['aaa1']],
    ['null', null, []],
    ['none, as in a SQL file', 'none', []],
    ['an empty list', [], []],
  ])('takes %s for revises', (_, revises, expected) => {
    const checked = checkExports({ revision: 'bbb2', revises, upgrade }, () => null)
    expect(checked).toMatchObject({ kind: 'values', values: { revises: expected } })
  })

  it.each([
    ['a list with a number', { revises: ['aaa1', 7] }, '`revises` is a list'],
    ['an id twice', { revises: ['aaa1', 'aaa1'] }, '`aaa1` is named twice'],
    ['a reserved id', { revision: 'base' }, 'reserved word'],
    ['a bad label', { branchLabel: 'a b' }, 'branchLabel: `a b` may hold only'],
    ['a message that is none', { message: 7 }, '`message` is of type number'],
    ['a message with a NUL', { message: 'a\0b' }, '`message` holds a NUL character'],
    ['an upgrade that is a string', { upgrade: 'select 1' }, "`upgrade` is 'select 1'"],
    ['no revises', { revises: undefined }, 'exports no `revises`'],
  ])('refuses %s', (_, exports, message) => {
    const checked = checkExports(
      { revision: 'bbb2', revises: null, upgrade, ...exports },
      (name) => name.length,
    )
    const line = Object.keys(exports)[0]?.length
    expect(checked).toEqual({
      kind: 'faults',
      faults: [
        expect.objectContaining({
          code: 'REVISION_MODULE',
          line,
          message: expect.stringContaining(message),
        }),
      ],
    })
  })

  it('names what an export of Alembic is called here', () => {
    const exports = { revision: 'bbb2', down_revision: 'aaa1', upgrade }
    expect(checkExports(exports, () => 2)).toMatchObject({
      kind: 'faults',
      faults: [{ line: 2, remedy: 'call it `revises`' }],
    })
  })

  it('leaves exports of other names alone', () => {
    const exports = { revision: 'bbb2', revises: null, upgrade, BATCH_SIZE: 1000 }
    expect(checkExports(exports, () => null).kind).toBe('values')
  })
})
