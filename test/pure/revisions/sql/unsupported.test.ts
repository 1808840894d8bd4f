import { describe, expect, it } from 'vitest'
import { unsupportedIn } from '../../../../src/revisions/sql/unsupported.ts'
import { section } from '../support.ts'

const found = async (text: string) =>
  (await unsupportedIn(section(text, 10), { file: 'a.sql', transaction: 'auto' })).map(
    ({ line, message }) => [line, message],
  )

describe('unsupportedIn', () => {
  it.each([
    ['\\set x 1', [10, 'psql meta-command \\set']],
    ['select 1;\n  \\i other.sql', [11, 'psql meta-command \\i']],
    ['select 1 \\gexec', [10, 'psql meta-command \\gexec']],
    ['\\c other', [10, 'psql meta-command \\c']],
    ['select 1\n\\restrict abc\n;', [11, 'psql meta-command \\restrict']],
    ['\\copy t from file', [10, 'psql meta-command \\copy']],
    ['\\dt+', [10, 'psql meta-command \\dt+']],
    ['select 1;\n\\.\n', [11, 'psql meta-command \\.']],
    ['select :id', [10, 'psql variable :id']],
    ["select 1\nfrom t where a = :'name'", [11, "psql variable :'name'"]],
    ['select 1 limit :n', [10, 'psql variable :n']],
    ["copy t from stdin;\nit's\t1\n\\.\n\\d", [13, 'psql meta-command \\d']],
    ['copy t from stdin;\n1\n\\.\n\\.\n', [13, 'psql meta-command \\.']],
    ['copy t to stdout', [10, 'COPY … TO STDOUT']],
    ['select 1;\n  rollback;', [11, 'transaction control (ROLLBACK)']],
    ['select 1;\nbegin;\nselect 2;', [11, 'BEGIN without COMMIT']],
    ['begin;\nbegin;\ncommit;', [11, 'BEGIN within the transaction that line 10 begins']],
    ['start transaction read only;\nselect 1;\ncommit;', [10, 'READ ONLY']],
    ['set transaction read only;', [10, 'READ ONLY']],
    ['commit and chain;', [10, 'COMMIT AND CHAIN']],
    [
      'begin;\nselect 1;\ncreate index concurrently i on t (a);\ncommit;',
      [12, 'PostgreSQL refuses this inside the transaction that line 13 commits'],
    ],
    ['vacuum t;\ncommit;', [10, 'PostgreSQL refuses this inside']],
  ])('names what psql alone understands: %j', async (text, [line, message]) => {
    expect(await found(text)).toEqual([[line, expect.stringContaining(String(message))]])
  })

  it.each([
    ["select '\n\\set x\n:name\n'"],
    ['/*\n\\i other.sql\ncopy t from stdin\n*/ select 1'],
    ['create function f() returns void language sql as $$\n\\d :x\ncommit;\n$$'],
    ["select E'\\\\d+', '\\d+' ~ '\\w'"],
    ["select '12:30'::time, now() ::date, '{\"a\": :b}'"],
    ['select (array[1,2,3])[1:2], (array[1])[ :1], x[a:b] from t'],
    ['rollback to s'],
    ['select 1;\n  commit;'],
    ['begin;\nselect 1;\nend;\n'],
    ['\\restrict abc\nselect 1;\n\\unrestrict abc\n'],
    ['COPY t FROM STDIN;\nselect\tx :a\n\\N\t\\d\n\\.\n'],
    ['copy t from stdin'],
    ["copy t from '/var/stdin'"],
    ['create table stdin (stdout int)'],
    ['selec 1'],
    ["\n\nselect '\\set', 1 1"],
    ['do $$ begin x := 1; f(a =>:b); end $$'],
  ])('lets pass what is SQL, or no more than a syntax error: %j', async (text) => {
    expect(await found(text)).toEqual([])
  })

  it('looks through a megabyte of ordinary SQL without effort', async () => {
    const text = `${' '.repeat(200_000)}\n${'\n'.repeat(200_000)}${"insert into t values (1, 'a');\n".repeat(20_000)}`
    expect(await found(text)).toEqual([])
  })
})
