import { describe, expect, it } from 'vitest'
import { parseSqlRevision } from '../../../../src/revisions/file/parse-sql.ts'

const parse = (...lines: readonly string[]) =>
  parseSqlRevision(lines.join('\n'), 'm/1_aaa1_users.sql')
const HEAD = ['-- Users', '-- revision: aaa1', '-- revises: none']
const UP = ['-- pgate: upgrade', 'select 1;']

describe('parseSqlRevision', () => {
  it('reads a whole file with its lines', () => {
    const parsed = parse(
      '-- Users and sessions',
      '--',
      '-- revision: 972fc63ffb69',
      '-- revises: aaa1, bbb2',
      '-- created: 2025-10-18T02:30:00Z',
      '-- branch-label: left, users',
      '-- depends-on: ccc3',
      '-- transaction: off',
      '-- Reviewed: by two people',
      '',
      '-- pgate: upgrade',
      'create table users ();',
      '',
      '-- pgate: downgrade',
      'drop table users;',
      '',
    )
    expect(parsed).toEqual({
      kind: 'revision',
      revision: {
        id: '972fc63ffb69',
        revises: ['aaa1', 'bbb2'],
        dependsOn: ['ccc3'],
        branchLabels: ['left', 'users'],
        message: 'Users and sessions',
        created: '2025-10-18T02:30:00Z',
        file: 'm/1_aaa1_users.sql',
        transaction: 'off',
        checksum: expect.stringMatching(/^[0-9a-f]{64}$/),
        upgrade: { kind: 'sql', text: 'create table users ();\n', line: 12 },
        downgrade: { kind: 'sql', text: 'drop table users;\n', line: 15 },
      },
      lines: {
        revision: 3,
        revises: 4,
        created: 5,
        'branch-label': 6,
        'depends-on': 7,
        transaction: 8,
      },
    })
  })

  it('begins a section also where a line separator of Unicode ends its line', () => {
    expect(parse(...HEAD, ...UP, '-- pgate: downgrade\u2028', 'drop table users;')).toMatchObject({
      revision: { upgrade: { text: 'select 1;' }, downgrade: { text: 'drop table users;' } },
    })
  })

  it.each([
    ['keys in any case and space', ['--Revision :aaa1', '--  REVISES:  None', '--PGATE:Upgrade']],
    ['indented lines', ['  -- revision: aaa1', '\t-- revises: none', '  --  pgate :  upgrade  ']],
    ['the downgrade first', [...HEAD, '-- pgate: downgrade', 'x', ...UP]],
    ['a heading of dashes', ['-----', ...HEAD, '-----', ...UP]],
    ['prose that looks like a key', ['-- Fix: all', ...HEAD, '-- Create: the users', ...UP]],
    ['a longest id', ['-- a', `-- revision: ${'a'.repeat(32)}`, '-- revises: none', ...UP]],
    ['an upgrade of comments alone', [...HEAD, '-- pgate: upgrade', '-- nothing']],
    ['a date without a time', [...HEAD, '-- created: 2025-10-18', ...UP]],
    ['a date as Python prints it', [...HEAD, '-- created: 2025-10-18 02:30:00.123456', ...UP]],
    ['a date with an offset', [...HEAD, '-- created: 2025-10-18T02:30:00+0200', ...UP]],
  ])('takes %s', (_, lines) => {
    expect(parse(...lines)).toMatchObject({ kind: 'revision' })
  })

  it('distinguishes no downgrade from an empty one', () => {
    expect(parse(...HEAD, ...UP)).toMatchObject({ revision: { downgrade: null } })
    expect(parse(...HEAD, ...UP, '-- pgate: downgrade')).toMatchObject({
      revision: { downgrade: { text: '', line: 7 } },
    })
  })

  it('cuts at a section line wherever it stands', () => {
    const parsed = parse(...HEAD, '-- pgate: upgrade', 'do $$', '-- pgate: downgrade', '$$;')
    expect(parsed).toMatchObject({
      revision: { upgrade: { text: 'do $$' }, downgrade: { text: '$$;', line: 7 } },
    })
  })

  it.each([
    ['the first comment that says something', ['-- ===', '', '-- Users', '-- More'], 'Users'],
    ["the file's name without one", [], 'users'],
  ])('takes for the message %s', (_, comments, message) => {
    const keys = ['-- revision: aaa1', '-- revises: none']
    expect(parse(...comments, ...keys, ...UP)).toMatchObject({ revision: { message } })
  })

  it('reads the phase, of which expand is the usual one', () => {
    const phase = (...lines: readonly string[]) => {
      const parsed = parse(...HEAD, ...lines, ...UP)
      return parsed.kind === 'revision' ? parsed.revision.phase : parsed.faults
    }
    expect(phase('-- phase: Contract')).toBe('contract')
    expect(phase('-- phase: expand')).toBeUndefined()
    expect(phase('-- Base: a table of numbers')).toBeUndefined()
  })

  it.each([
    ['no revision', ['-- revises: none', ...UP], 1, 'has no `revision:`'],
    ['an empty key', ['-- revision:', '-- revises: none', ...UP], 1, '`revision:` has no value'],
    ['an empty list entry', [...HEAD, '-- depends-on: a,,b', ...UP], 4, '`` is empty'],
    ['an id twice', ['-- revision: c', '-- revises: a, a', ...UP], 2, '`a` is named twice'],
    ['a bad date', [...HEAD, '-- created: 2025-13-40', ...UP], 4, 'not an ISO 8601 date'],
    ['a bad label', [...HEAD, '-- branch-label: a@b', ...UP], 4, '`a@b` may hold only'],
    ['a bad mode', [...HEAD, '-- transaction: yes', ...UP], 4, 'not auto, on or off'],
    [
      'a bad phase',
      [...HEAD, '-- Phase: contrct', ...UP],
      4,
      '`contrct` is not expand or contract',
    ],
    [
      'a reserved word in any case',
      ['-- revision: HEAD', '-- revises: none', ...UP],
      1,
      'reserved',
    ],
    ['a block comment above', ['/* licence */', ...HEAD, ...UP], 1, 'a block comment above'],
    ['SQL between keys and section', [...HEAD, 'select 1;', ...UP], 4, 'SQL above'],
    ['no section at all', [...HEAD, '', 'select 1;'], 5, 'no upgrade section'],
    ['two downgrades', [...HEAD, ...UP, '-- pgate: downgrade', '-- pgate: downgrade'], 7, 'twice'],
    ['goose-like section names', [...HEAD, '-- pgate: up', 'select 1;'], 4, 'opens no section'],
  ])('refuses %s', (_, lines, line, message) => {
    const parsed = parse(...lines)
    expect(parsed).toMatchObject({
      kind: 'faulty',
      faults: [{ file: 'm/1_aaa1_users.sql', line, message: expect.stringContaining(message) }],
    })
  })

  it.each([
    ['-- revison: aaa1', 'revision'],
    ['-- phrase: contract', 'phase'],
    ['-- revisions: aaa1', 'revision'],
    ['-- id: aaa1', 'revision'],
    ['-- down_revision: aaa1', 'revises'],
    ['-- Create Date: 2025-10-18', 'created'],
    ['-- branch_labels: left', 'branch-label'],
    ['-- depends_on: bbb2', 'depends-on'],
    ['-- transactions: off', 'transaction'],
  ])('takes `%s` for a slip of `%s`', (line, key) => {
    const fault = { line: 4, remedy: expect.stringContaining(`\`-- ${key}:\``) }
    expect(parse(...HEAD, line, ...UP)).toMatchObject({ kind: 'faulty', faults: [fault] })
  })

  it('shows the header to write', () => {
    const parsed = parse('create table t ();')
    const [fault] = parsed.kind === 'faulty' ? parsed.faults : []
    expect(fault?.remedy).toMatch(/-- revision: <id>\n.*-- revises: .*\n.*-- pgate: upgrade$/)
  })

  it('keeps the id of a faulty file, for those that revise it', () => {
    expect(parse(...HEAD)).toMatchObject({ kind: 'faulty', id: 'aaa1' })
  })

  it('parses a megabyte without effort', () => {
    const body = "insert into t (a, b) values (1, 'some text');   \n".repeat(21_000)
    const parsed = parse(...HEAD, '-- pgate: upgrade', `${body}${' '.repeat(100_000)}`)
    expect(parsed.kind).toBe('revision')
  })
})
