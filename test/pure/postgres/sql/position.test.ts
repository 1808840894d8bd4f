import { describe, expect, it } from 'vitest'
import { locate } from '../../../../src/postgres/sql/position.ts'

const at = (line: number, column: number) => (text: string) => ({ text, line, column })
const top = at(1, 1)

describe('locate', () => {
  it.each([
    ['the first character', top('select x'), 1, { line: 1, column: 1, text: 'select x' }],
    ['a character of the first line', top('select x'), 8, { line: 1, column: 8, text: 'select x' }],
    ['the second line', top('select\n  x'), 10, { line: 2, column: 3, text: '  x' }],
    ['lines that end in CRLF', top('select\r\n  x\r\n'), 11, { line: 2, column: 3, text: '  x' }],
    ['lines that end in CR', top('select\r  x'), 10, { line: 2, column: 3, text: '  x' }],
    ['an empty line before', top('a\n\nb'), 4, { line: 3, column: 1, text: 'b' }],
    [
      'a statement further down',
      at(12, 5)('select x'),
      8,
      { line: 12, column: 12, text: 'select x' },
    ],
    [
      'the second line of a statement further down',
      at(12, 5)('select\nx'),
      8,
      { line: 13, column: 1, text: 'x' },
    ],
    [
      'a character outside the BMP, which counts once',
      top("select '😀', x"),
      13,
      { line: 1, column: 13, text: "select '😀', x" },
    ],
    [
      'a line after characters outside the BMP',
      top("select '😀😀',\n '😀', x"),
      20,
      { line: 2, column: 7, text: " '😀', x" },
    ],
    ['a position past the end', top('ab\ncd'), 99, { line: 2, column: 2, text: 'cd' }],
    ['a position below 1', top('ab'), 0, { line: 1, column: 1, text: 'ab' }],
    ['an empty statement', at(3, 1)(''), 1, { line: 3, column: 1, text: '' }],
  ])('finds %s', (_, statement, position, place) => {
    expect(locate(statement, position)).toEqual(place)
  })
})
