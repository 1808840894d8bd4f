import { describe, expect, it } from 'vitest'
import { unsupportedIn } from '../../../src/revisions/unsupported.ts'
import { section } from './support.ts'

const found = async (text: string) =>
  (await unsupportedIn(section(text, 10), 'a.sql')).map(({ line, message }) => [line, message])

describe('unsupportedIn', () => {
  it.each([
    ['\\set x 1', [10, 'psql meta-command \\set']],
    ['select 1;\n  \\i other.sql', [11, 'psql meta-command \\i']],
    ['select 1 \\gexec', [10, 'psql meta-command \\gexec']],
    ['\\c other', [10, 'psql meta-command \\c']],
    ['\\restrict abc\nselect 1;', [10, 'psql meta-command \\restrict']],
    ['\\dt+', [10, 'psql meta-command \\dt+']],
    ['select 1;\n\\.\n', [11, 'psql meta-command \\.']],
    ['select :id', [10, 'psql variable :id']],
    ["select 1\nfrom t where a = :'name'", [11, "psql variable :'name'"]],
    ['select 1 limit :n', [10, 'psql variable :n']],
    ['COPY t FROM STDIN;\nselect\tx\nit\t7\n\\.\n', [10, 'COPY … FROM STDIN']],
    ['select 1;\ncopy t from stdin;\n\\N\t1\n\\.\n', [11, 'COPY … FROM STDIN']],
    ["copy t from stdin;\nit's\t1\n\\.\n", [10, 'COPY … FROM STDIN']],
    ['copy t from stdin', [10, 'COPY … FROM STDIN']],
    ['copy t to stdout', [10, 'COPY … TO STDOUT']],
    ['select 1;\n  commit;', [11, 'transaction control (COMMIT)']],
    ['start transaction read only;', [10, 'transaction control (START)']],
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
