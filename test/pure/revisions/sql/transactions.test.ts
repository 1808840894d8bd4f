import { describe, expect, it } from 'vitest'
import type { Statement } from '../../../../src/revisions/file/revision.ts'
import { executionMode, splitStatements } from '../../../../src/revisions/sql/split.ts'
import { failureOf, revision, section } from '../support.ts'

type Header = 'auto' | 'on' | 'off'

async function arranged(text: string, transaction: Header = 'auto') {
  const script = await splitStatements(section(text), { file: 'm/a.sql', transaction })
  return {
    mode: executionMode(revision('aaa1', { transaction }), script),
    begin: script.begin.map((one) => one.text),
    statements: script.statements.map(shown),
  }
}

function shown({ text, parts, begin = [] }: Statement): unknown {
  return parts === undefined ? text : [...begin, ...parts].map((part) => part.text)
}

describe('BEGIN and COMMIT in a section', () => {
  it.each([
    ['a pair around all of it is the transaction that it has anyway', 'begin; a(); b(); commit;'],
    ['END ends it, too', 'BEGIN WORK;\n-- c\na();\nb();\nEND TRANSACTION;'],
    ['a COMMIT at the end alone says nothing else', 'a(); b(); commit'],
  ])('%s', async (_, text) => {
    expect(await arranged(sql(text))).toEqual({
      mode: 'transaction',
      begin: [],
      statements: ['select a()', 'select b()'],
    })
  })

  it.each([
    ['begin; a(); commit; begin; b(); c(); commit;', [['a'], ['b', 'c']]],
    ['a(); begin; b(); commit; c();', ['a', ['b'], 'c']],
    ['a(); b(); commit; c();', [['a', 'b'], 'c']],
    ['a(); commit; b(); commit; commit;', [['a'], ['b']]],
    ['begin; commit; a();', ['a']],
    [
      'begin; savepoint s; a(); rollback to s; commit; b();',
      [['savepoint s', 'a', 'rollback to s'], 'b'],
    ],
  ])('elsewhere they make groups: %s', async (text, groups) => {
    const named = (one: unknown): unknown =>
      Array.isArray(one) ? one.map(named) : /^[a-c]$/.test(String(one)) ? `select ${one}()` : one
    expect(await arranged(sql(text))).toEqual({
      mode: 'statements',
      begin: [],
      statements: groups.map(named),
    })
  })

  it('a pair around all of it is a group where the header says that there is no transaction', async () => {
    expect(await arranged(sql('begin; a(); b(); commit'), 'off')).toEqual({
      mode: 'statements',
      begin: [],
      statements: [['select a()', 'select b()']],
    })
  })

  it('they contradict `transaction: on` unless one pair is around all of it', async () => {
    expect(await arranged(sql('begin; a(); commit'), 'on')).toMatchObject({ mode: 'transaction' })
    const failure = await failureOf(
      () => arranged(sql('a();\ncommit;\nb();'), 'on'),
      'REVISION_TRANSACTION',
    )
    expect(failure.message).toContain('m/aaa1.sql:2:1')
  })
})

describe('the isolation level of a transaction', () => {
  it.each([
    [
      'set transaction isolation level repeatable read; a()',
      'set transaction isolation level repeatable read',
    ],
    [
      'begin isolation level serializable, read write, deferrable; a(); commit',
      'set transaction isolation level serializable, read write, deferrable',
    ],
    [
      'begin; set local transaction_isolation = serializable; a(); end',
      'set local transaction_isolation = serializable',
    ],
  ])('comes before all else: %s', async (text, first) => {
    expect(await arranged(sql(text))).toEqual({
      mode: 'transaction',
      begin: [first],
      statements: ['select a()'],
    })
  })

  it('is taken out from among other settings, and from nowhere else', async () => {
    const level = 'set transaction isolation level serializable'
    expect(await arranged(sql(`set x.y = '1'; ${level}; a(); ${level}`))).toEqual({
      mode: 'transaction',
      begin: [level],
      statements: ["set x.y = '1'", 'select a()', level],
    })
    expect(await arranged(sql(`begin; ${level}; a(); commit; b()`))).toMatchObject({
      statements: [[level, 'select a()'], 'select b()'],
    })
  })

  it('is refused where each statement stands alone', async () => {
    const text = 'set transaction isolation level serializable;\nvacuum;'
    const failure = await failureOf(() => arranged(text), 'REVISION_TRANSACTION')
    expect(failure.message).toContain('m/aaa1.sql:1:1')
    expect(failure.hint).toContain('BEGIN')
  })
})

describe('COPY … FROM stdin', () => {
  it('has the lines below it, up to the one that ends them, as its data', async () => {
    const text =
      '\\restrict x\nselect 1;\n\n-- rows\nCOPY "T;" (a)\n  FROM stdin WITH (format text);\n1\tit\'s;\n\\N\n\\.\nselect 2;\n\\unrestrict x\n'
    const { statements } = await splitStatements(section(text, 10), {
      file: 'm/a.sql',
      transaction: 'auto',
    })
    expect(statements.map(({ text, line }) => [text, line])).toEqual([
      ['select 1', 11],
      ['COPY "T;" (a)\n  FROM stdin WITH (format text)', 14],
      ['select 2', 19],
    ])
    const copy = statements[1]?.copy
    expect(copy).toMatchObject({ data: "1\tit's;\n\\N\n", lineOffset: 2, relation: 'T;' })
  })

  it('is not seen in a string, a comment or a query', async () => {
    const text =
      "select 'copy t from stdin;\n1\n\\.\n'; -- copy t from stdin;\ncopy (select from_stdin from t) to '/f'; select 2"
    const { statements } = await splitStatements(section(text), {
      file: 'm/a.sql',
      transaction: 'auto',
    })
    expect(statements.map(({ copy }) => copy)).toEqual([undefined, undefined, undefined])
  })
})

/** `a()` stands for `select a()`. */
function sql(text: string): string {
  return text.replaceAll(/\b([a-c]\(\))/g, 'select $1')
}
