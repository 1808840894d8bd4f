import { describe, expect, it } from 'vitest'
import { executionMode, splitStatements } from '../../../../src/revisions/sql/split.ts'
import { failureOf, revision, section } from '../support.ts'

const script = (text: string, line = 1) =>
  splitStatements(section(text, line), { file: 'm/a.sql', transaction: 'auto' })
const split = async (text: string, line = 1) => (await script(text, line)).statements

describe('splitStatements', () => {
  it('cuts with the line and column of the first token', async () => {
    const text =
      '-- über 🎉\nselect 1;; /* 🎉 */ select 2\n  ;\n\n\t-- more\n\tselect 3 -- the end\n'
    const statements = await split(text, 10)
    expect(statements.map(({ text, line, column }) => [text, line, column])).toEqual([
      ['select 1', 11, 1],
      ['select 2', 11, 20],
      ['select 3 -- the end', 15, 2],
    ])
  })

  it.each([
    ['dollar quotes', "do $a$ begin perform ';'; end $a$; select 1", 2],
    ['quotes in quotes', "select ';'';', E'\\';'; select 1", 2],
    ['nested comments', 'select 1 /* ; /* ; */ ; */; select 2', 2],
    [
      'a SQL-standard body',
      'create function f() returns int begin atomic select 1; select 2; end; select 1',
      2,
    ],
    [
      'a rule of many actions',
      'create rule r as on insert to t do also (select 1; select 2); select 1',
      2,
    ],
    [
      'a schema with elements',
      'create schema s create table t () create view v as select 1; select 1',
      2,
    ],
    ['empty statements', ';;;', 0],
    ['comments alone', '-- nothing\n/* at all */', 0],
    ['nothing', ' \n', 0],
  ])('is not misled by %s', async (_, text, count) => {
    expect(await split(text)).toHaveLength(count)
  })

  it('gives back each statement as it stands', async () => {
    const text = "create table t (\n  a text default 'ü;🎉'\n)"
    const [first, second] = await split(`select '🎉' ;\n${text} ;`)
    expect(first?.text).toBe("select '🎉'")
    expect(second).toEqual({ text, line: 2, column: 1, transactional: true, node: 'CreateStmt' })
  })

  it.each([
    ['at its place', "select '🎉', 1;\n  selec 2;", 11, 3, 'selec'],
    ['after a character beyond the BMP', "select '🎉' 1 1;", 10, 12, '1'],
    [
      'at the end of the SQL, not of the file',
      'select 1;\nselect (1\n\n\n',
      11,
      10,
      'end of input',
    ],
    ['of a string that is not closed', "select 1;\nselect 'abc\n;", 11, 8, 'unterminated'],
  ])('reports a syntax error %s', async (_, text, line, column, near) => {
    const failure = await failureOf(() => split(text, 10), 'MIGRATION_FAILED')
    expect(failure.exitCode).toBe(53)
    expect(failure.facts).toMatchObject({ file: 'm/a.sql', line, column, sqlstate: '42601' })
    expect(failure.facts.source).toBe(text.split('\n')[line - 10])
    expect(failure.message).toContain(near)
    expect(failure.message).toContain(`m/a.sql:${line}:${column}: `)
    expect(failure.hint).toContain('nothing was run')
  })

  it('puts the caret under the place', async () => {
    const failure = await failureOf(() => split('select 1;\n\tselec 2;'), 'MIGRATION_FAILED')
    expect(failure.message).toContain('\n  2 | \tselec 2;\n    | \t^')
  })

  it('survives a statement that is nested too deeply, and goes on', async () => {
    const deep = `select ${'1+'.repeat(30_000)}1`
    const failure = await failureOf(() => split(deep), 'MIGRATION_FAILED')
    expect(failure.facts).toMatchObject({ sqlstate: '54001' })
    expect(await split('select 1')).toHaveLength(1)
  })

  it.each([
    ['begin', 'BEGIN without COMMIT'],
    ['start transaction isolation level serializable', 'BEGIN without COMMIT'],
    ['begin read only; select 1; commit', 'READ ONLY'],
    ['commit and chain', 'COMMIT AND CHAIN'],
    ['abort', 'ROLLBACK'],
    ["rollback prepared 'x'", 'ROLLBACK PREPARED'],
    ['rollback', 'ROLLBACK'],
    ["prepare transaction 'x'", 'PREPARE TRANSACTION'],
    ["commit prepared 'x'", 'COMMIT PREPARED'],
    ['copy t to stdout', 'TO STDOUT'],
  ])('refuses %s', async (statement, found) => {
    const failure = await failureOf(
      () => split(`select 1;\n${statement};`, 5),
      'REVISION_UNSUPPORTED',
    )
    expect(failure.facts.faults).toMatchObject([
      { file: 'm/a.sql', line: 6, message: expect.stringContaining(found) },
    ])
  })

  it.each([
    'savepoint s',
    'release s',
    'rollback to s',
    "copy t from '/f'",
    "copy t from program 'x'",
  ])('runs %s', async (statement) => {
    expect(await split(statement)).toMatchObject([{ transactional: true }])
  })
})

describe('executionMode', () => {
  const INDEX = 'create index concurrently i on t (a)'

  it.each([
    ['auto', 'select 1; select 2', 'transaction'],
    ['auto', '', 'transaction'],
    ['auto', `select 1; ${INDEX}`, 'statements'],
    ['auto', 'drop subscription s', 'statements'],
    ['auto', 'call p()', 'transaction'],
    ['on', 'select 1', 'transaction'],
    ['on', 'drop subscription s', 'transaction'],
    ['off', 'select 1', 'statements'],
    ['off', '', 'statements'],
  ] as const)('with transaction %s runs `%s` as %s', async (transaction, text, mode) => {
    expect(executionMode(revision('aaa1', { transaction }), await script(text))).toBe(mode)
  })

  it('refuses a transaction around what may not run in one, and names the line', async () => {
    const statements = await script(`select 1;\n\n  ${INDEX};`, 20)
    const asked = revision('aaa1', { transaction: 'on' })
    const failure = await failureOf(() => executionMode(asked, statements), 'REVISION_TRANSACTION')
    expect(failure.facts).toEqual({
      revision: 'aaa1',
      file: 'm/aaa1.sql',
      line: 22,
      column: 3,
      node: 'IndexStmt',
    })
  })
})

describe('the subject of a statement', () => {
  it.each([
    ['create index concurrently i on t (a)', { act: 'build', index: 'i', table: '"t"' }],
    [
      'create unique index concurrently if not exists "I" on "S".t (a)',
      { act: 'build', index: 'I', table: '"S"."t"' },
    ],
    ['create index concurrently on t (a)', { act: 'build', table: '"t"' }],
    ['reindex index concurrently s.i', { act: 'reindex', kind: 'index', name: '"s"."i"' }],
    ['reindex table concurrently t', { act: 'reindex', kind: 'table', name: '"t"' }],
    ['drop index concurrently s."I"', { act: 'drop', names: ['"s"."I"'] }],
    [
      'alter table s.p detach partition c concurrently',
      { act: 'detach', parent: '"s"."p"', partition: '"c"' },
    ],
    ['reindex schema concurrently s', undefined],
    ['vacuum t', undefined],
    ['create index i on t (a)', undefined],
    ['drop index i', undefined],
    ['select 1', undefined],
  ])('is read from %s', async (text, expected) => {
    const [statement] = await split(text)
    expect(statement?.subject).toEqual(expected)
  })
})
