import { describe, expect, it } from 'vitest'
import { comment, forPsql } from '../../../src/offline/psql-text.ts'

describe('forPsql', () => {
  it.each([
    ['select 1', 'select 1;'],
    ['select 1 -- one', 'select 1 -- one\n;'],
    ['select 1 /* one */', 'select 1 /* one */;'],
    ["select '-- no comment'", "select '-- no comment';"],
    ['select 1 -- one\n, 2', 'select 1 -- one\n, 2;'],
    ['select a[1:n] from t', 'select a[1: n] from t;'],
    ['select a[:n], a[lo:hi]', 'select a[: n], a[lo: hi];'],
    ['select é, a[1:n], 漢, a[2:m]', 'select é, a[1: n], 漢, a[2: m];'],
    ["select json_object('k':v)", "select json_object('k': v);"],
    ["select json_object('k':'v', 'l':\"w\")", "select json_object('k': 'v', 'l': \"w\");"],
    ['select a[1 : n]', 'select a[1 : n];'],
    ['select x::text, f(a := 1), f(b:=c)', 'select x::text, f(a := 1), f(b:=c);'],
    ["select ':n', $$ :n $$, E':\\'n' /* :n */", "select ':n', $$ :n $$, E':\\'n' /* :n */;"],
    ["select '\u001b\u000b', a[1:n]", "select '\u001b\u000b', a[1: n];"],
  ])('writes %j as %j', async (statement, written) => {
    expect(await forPsql(statement)).toBe(written)
  })
})

describe('comment', () => {
  it('keeps to one line, whatever the text holds', () => {
    expect(comment('a\nb\r\nc\u2028d\u0085e\tf')).toBe('-- a b c d e f')
  })

  it('leaves no space at the end', () => {
    expect(comment('')).toBe('--')
  })
})
