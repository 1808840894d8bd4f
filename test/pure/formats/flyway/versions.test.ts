import { describe, expect, it } from 'vitest'
import { flyway } from '../../../../src/formats/flyway/flyway.ts'
import { compareIds, covers, isMark, repeats } from '../../../../src/formats/flyway/versions.ts'
import { withoutGone } from '../../../../src/revisions/graph/history-rules.ts'

describe('the ids of Flyway', () => {
  it('are compared by version, part by part, and those that are repeated come last', () => {
    const ids = ['R__b#1', '10', '9', '1.10', '1.9', '1', '0.5', 'R__a#2', '3 (JDBC)', 'B2']
    expect(ids.toSorted(compareIds)).toEqual([
      ...['0.5', '1', '1.9', '1.10', 'B2', '3 (JDBC)', '9', '10'],
      ...['R__a#2', 'R__b#1'],
    ])
    expect(compareIds('1', '1.0')).toBe(0)
    expect(compareIds('01.0', '1')).toBe(0)
    expect(compareIds('99999999999999999999', '100000000000000000000')).toBe(-1)
  })

  it.each([
    ['B5', '5', true],
    ['B5', '4.9', true],
    ['B5', '5.1', false],
    ['1', '01', true],
    ['1', '2', false],
    ['3 (JDBC)', '3', true],
    ['5', 'B5', true],
    ['3', 'B5', true],
    ['6', 'B5', false],
    ['B4', 'B5', true],
    ['B5', 'R__a#1', false],
    ['R__a#1', 'R__a#2', false],
    ['R__a (JDBC)', 'R__a#1', true],
    ['4 (failed)', '4', false],
  ])('a row %s stands for %s: %s', (row, id, expected) => {
    expect(covers(row, id)).toBe(expected)
  })

  it('say which are repeated, and which rows miss no file', () => {
    expect(['R__a_b#1f', 'R__a#b#1f', 'R__a (JDBC)', '1', 'B1'].map(repeats)).toEqual([
      ...['R__a_b', 'R__a#b', 'R__a'],
      ...[undefined, undefined],
    ])
    expect(['B1', '3 (JDBC)', 'R__a (JDBC)', '1', 'R__a#1'].map(isMark)).toEqual([
      ...[true, true, true, false, false],
    ])
  })

  it('make of rows what they stand for, and leave those that Flyway would miss', () => {
    const standing = (rows: readonly string[], ids: readonly string[]) => [
      ...withoutGone(new Set(rows), flyway.rules, ids),
    ]
    expect(standing(['B2', '3'], ['1', '2', '3', '4'])).toEqual(['1', '2', '3'])
    expect(standing(['1', '2 (JDBC)', 'R__a#1'], ['1', 'R__a#2'])).toEqual(['1'])
    expect(standing(['1', 'R__gone#1', '7'], ['1'])).toEqual(['1', 'R__gone#1', '7'])
    expect(standing(['1 (failed)'], ['1'])).toEqual(['1 (failed)'])
    expect(standing(['1', '2', '3'], ['B2', '3'])).toEqual(['B2', '3'])
  })
})

it("the key of Flyway's lock is that of its table", () => {
  const place = { schema: 'public', versionTable: 'flyway_schema_history' }
  const { lockKeys } = flyway.history(place)
  expect(lockKeys?.('app')).toEqual([77_433_833_903_597n])
})
