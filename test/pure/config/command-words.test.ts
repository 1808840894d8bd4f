import { describe, expect, it } from 'vitest'
import { commandWords } from '../../../src/config/command-words.ts'

describe('the words of a command', () => {
  it.each([
    ['alembic upgrade head', ['alembic', 'upgrade', 'head']],
    ['  a   b ', ['a', 'b']],
    [`a 'b c' "d e"`, ['a', 'b c', 'd e']],
    [`a "it's" 'say "x"'`, ['a', "it's", 'say "x"']],
    [String.raw`a\ b "c\"d" 'e\f' "g\h"`, ['a b', 'c"d', String.raw`e\f`, String.raw`g\h`]],
    [`a'b'"c"d ''`, ['abcd', '']],
    ['a $HOME *.sql a&b;c x|y', ['a', '$HOME', '*.sql', 'a&b;c', 'x|y']],
    [`find . -exec x ';' '|' "2>&1" \\>`, ['find', '.', '-exec', 'x', ';', '|', '2>&1', '>']],
    ['["a", "b c", ""]', ['a', 'b c', '']],
  ])('are cut as a shell cuts them: %s', (text, words) => {
    expect(commandWords(text)).toEqual(words)
  })

  it.each([
    ['', 'names no program'],
    ['[]', 'names no program'],
    ["a 'b", "has a ' that is not closed"],
    ['a "b', 'has a " that is not closed'],
    ['a \\', 'has a \\ that is not closed'],
    ['dump | gzip', "has a bare |, and no shell reads it: write sh -c '…', or quote it"],
    ['dump >/backups/x', 'has a bare >/backups/x'],
    ['dump 2>&1', 'has a bare 2>&1'],
    ['a && b', 'has a bare &&'],
    ['a ; b', 'has a bare ;'],
    ['a &', 'has a bare &'],
    ['a < b', 'has a bare <'],
    ['["a"', 'is not JSON'],
    ['["a", 1]', 'not a JSON array of texts'],
  ])('are refused where they make no sense: %s', (text, reason) => {
    expect(() => commandWords(text)).toThrow(reason)
  })
})
