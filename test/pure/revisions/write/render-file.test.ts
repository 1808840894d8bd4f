import { describe, expect, it } from 'vitest'
import { parseSqlRevision } from '../../../../src/revisions/file/parse-sql.ts'
import {
  type RevisionToRender,
  renderRevisionFile,
} from '../../../../src/revisions/write/render-file.ts'

const WHOLE: RevisionToRender = {
  id: '567cc0f251e5',
  revises: ['972fc63ffb69', 'c0b7d0e366e7'],
  dependsOn: ['001', '002'],
  branchLabels: ['billing', 'eu'],
  message: 'Add session templates',
  created: '2025-10-18T03:55:00Z',
  transaction: 'off',
  upgrade: '\n\n  CREATE TABLE t (\n    id int\n  );\n\n',
  downgrade: 'DROP TABLE t;',
}

const BARE: RevisionToRender = {
  id: '001',
  revises: [],
  message: 'Users',
  upgrade: '',
  downgrade: null,
}

function parsed(revision: RevisionToRender) {
  const file = parseSqlRevision(renderRevisionFile(revision), 'm/20251018_0355_x_words_of_it.sql')
  if (file.kind === 'faulty') throw new Error(JSON.stringify(file.faults))
  return file.revision
}

describe('a rendered revision file', () => {
  it('says all there is to say', () => {
    expect(renderRevisionFile(WHOLE)).toBe(`-- Add session templates
--
-- revision: 567cc0f251e5
-- revises: 972fc63ffb69, c0b7d0e366e7
-- created: 2025-10-18T03:55:00Z
-- branch-label: billing, eu
-- depends-on: 001, 002
-- transaction: off

-- pgate: upgrade
  CREATE TABLE t (
    id int
  );

-- pgate: downgrade
DROP TABLE t;
`)
  })

  it('says no more than there is to say', () => {
    expect(renderRevisionFile(BARE)).toBe(`-- Users
--
-- revision: 001
-- revises: none

-- pgate: upgrade
`)
  })

  it('parsed again has the same values', () => {
    const { upgrade: _, downgrade: __, ...values } = WHOLE
    expect(parsed(WHOLE)).toMatchObject(values)
    expect(parsed(BARE)).toMatchObject({ id: '001', revises: [], downgrade: null })
    expect(parsed({ ...BARE, downgrade: '' }).downgrade).toMatchObject({ kind: 'sql', text: '' })
  })

  it.each([
    ['Fix: users lost their email', 'Fix: users lost their email'],
    ['id: wider', 'id wider'],
    ['revision: 972fc63ffb69', 'revision 972fc63ffb69'],
    ['  two\nlines ', 'two lines'],
  ])('keeps the message %j as %j', (message, kept) => {
    expect(parsed({ ...BARE, message }).message).toBe(kept)
  })

  it('without a message takes it from its name', () => {
    expect(parsed({ ...BARE, id: 'x', message: '' }).message).toBe('words of it')
  })
})
