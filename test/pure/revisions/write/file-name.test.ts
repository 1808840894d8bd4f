import { describe, expect, it } from 'vitest'
import { revisionFileName, slugOf } from '../../../../src/revisions/write/file-name.ts'

describe('a slug', () => {
  it.each([
    ['Initial schema', 'initial_schema'],
    ["Fill the user's e-mail", 'fill_the_user_s_e_mail'],
    ['snake_case already', 'snake_case_already'],
    ['Größe & naïveté', 'große_naivete'],
    ['한국어 글', '한국어_글'],
    ['../../etc/passwd', 'etc_passwd'],
    ['---', ''],
    ['', ''],
    ['phase1 claude sdk v2 foundation and a lot more', 'phase1_claude_sdk_v2_foundation_and_a'],
    ['a'.repeat(60), 'a'.repeat(40)],
    [`${'a'.repeat(40)} b`, 'a'.repeat(40)],
    ['😀'.repeat(60), ''],
  ])('of %j is %j', (message, slug) => {
    expect(slugOf(message)).toBe(slug)
  })
})

describe('the name of a revision file', () => {
  it.each([
    ['2025-10-18T02:30:00Z', 'Users', '20251018_0230_972fc63ffb69_users.sql'],
    ['2025-10-18T00:30:00+02:00', 'Users', '20251017_2230_972fc63ffb69_users.sql'],
    ['2025-10-18', '', '20251018_0000_972fc63ffb69.sql'],
  ])('created %s with the message %j is %s', (created, message, name) => {
    expect(revisionFileName({ created, id: '972fc63ffb69', message })).toBe(name)
  })

  it('without a date begins with the id', () => {
    expect(revisionFileName({ id: '001', message: 'Users' })).toBe('001_users.sql')
  })
})
