import { describe, expect, it } from 'vitest'
import { parseMigration } from '../../../../src/formats/dbmate/reading.ts'

function parse(text: string, name = '20240131120000_add_users.sql') {
  const bytes = Buffer.from(text)
  return parseMigration({ name, file: `migrations/${name}`, path: `/x/${name}`, text, bytes })
}

describe('a migration of dbmate', () => {
  it('has the digits of its name as id, its words as message, and a time where they are one', () => {
    const parsed = parse('-- migrate:up\nselect 1;\n-- migrate:down\n')
    expect(parsed).toMatchObject({
      kind: 'revision',
      revision: {
        id: '20240131120000',
        message: 'add users',
        created: '2024-01-31T12:00:00Z',
        transaction: 'auto',
        upgrade: { text: 'select 1;\n', line: 2 },
        downgrade: { text: '', line: 4 },
      },
    })
    const numbered = parse('-- migrate:up\n-- migrate:down\n', '001.sql')
    expect(numbered).toMatchObject({ kind: 'revision', revision: { id: '001', message: '001' } })
    expect(numbered).not.toHaveProperty('revision.created')
  })

  it.each([
    ['-- migrate:up transaction:false', 'message'],
    ['--migrate:up foo:bar baz transaction:false', 'message'],
    ['--\tmigrate:up  transaction:false  ', 'message'],
    ['-- migrate:up transaction:true', 'auto'],
    ['-- migrate:up transaction:falsehood', 'auto'],
  ])('reads the options of %s', (marker, transaction) => {
    expect(parse(`${marker}\nselect 1;\n-- migrate:down\n`)).toMatchObject({
      kind: 'revision',
      revision: { transaction },
    })
  })

  it('may have one block in a transaction and the other without', () => {
    const text = '-- migrate:up transaction:false\nvacuum;\n-- migrate:down\nselect 1;\n'
    expect(parse(text)).toMatchObject({
      revision: { upgrade: { transaction: 'message' }, downgrade: { transaction: 'auto' } },
    })
  })

  it.each([
    ['nothing at all', 'select 1;\n', 'REVISION_SECTION', 1, 'no `-- migrate:up`'],
    ['no down block', '-- migrate:up\nselect 1;\n', 'REVISION_SECTION', 2, 'no `-- migrate:down`'],
    [
      'a word of its own',
      '-- migrate:upgrade\n-- migrate:down\n',
      'REVISION_SECTION',
      2,
      'is wanted',
    ],
    ['upper case', '-- MIGRATE:UP\n-- MIGRATE:DOWN\n', 'REVISION_SECTION', 1, 'in lower case'],
    ['indented', '  -- migrate:up\n  -- migrate:down\n', 'REVISION_SECTION', 1, 'start of a line'],
    [
      'down above up',
      '-- migrate:down\n-- migrate:up\n',
      'REVISION_SECTION',
      1,
      '`-- migrate:up` is wanted',
    ],
    ['SQL above', 'select 1;\n-- migrate:up\n-- migrate:down\n', 'REVISION_HEADER', 1, 'above'],
    [
      'a comment /* */ above',
      '\n/* x */\n-- migrate:up\n-- migrate:down\n',
      'REVISION_HEADER',
      2,
      'above',
    ],
    [
      'a second pair',
      '-- migrate:up\n-- migrate:down\n-- migrate:up\n-- migrate:down\n',
      'REVISION_SECTION',
      3,
      'a file has one row',
    ],
    [
      'two up blocks',
      '-- migrate:up\n-- migrate:up\n',
      'REVISION_SECTION',
      2,
      '`-- migrate:down` is wanted',
    ],
  ])('is refused by line: %s', (_, text, code, line, words) => {
    const parsed = parse(text)
    if (parsed.kind !== 'faulty') throw new Error('it was not refused')
    expect(parsed.faults).toContainEqual(
      expect.objectContaining({ code, line, message: expect.stringContaining(words) }),
    )
  })
})
