import { describe, expect, it } from 'vitest'
import { formatDuration, parseDuration } from '../../../src/base/duration.ts'

describe('parseDuration', () => {
  it.each([
    ['500ms', 500],
    ['30s', 30_000],
    ['5m', 300_000],
    ['1h', 3_600_000],
    ['1.5s', 1_500],
    ['0.5ms', 1],
    ['30', 30_000],
    ['0.25', 250],
    ['0', 0],
    ['0ms', 0],
    ['007s', 7_000],
  ])('reads %s as %d ms', (text, ms) => {
    expect(parseDuration(text)).toBe(ms)
  })

  it.each([
    '',
    ' ',
    'abc',
    's',
    '-5s',
    '+5s',
    '5 s',
    '5S',
    '5M',
    '5sec',
    '1m30s',
    '1e3',
    '.5s',
    '5.s',
    '1,5s',
    '0x10',
    'Infinity',
    '5s\n',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeUndefined()
  })
})

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [-3, '0ms'],
    [0.4, '0ms'],
    [350, '350ms'],
    [999.4, '999ms'],
    [999.6, '1s'],
    [1_000, '1s'],
    [1_234, '1.2s'],
    [59_940, '59.9s'],
    [59_960, '1m'],
    [60_000, '1m'],
    [125_000, '2m 05s'],
    [300_000, '5m'],
    [3_599_600, '1h'],
    [3_600_000, '1h'],
    [5_400_000, '1h 30m'],
    [24 * 24 * 3_600_000, '576h'],
  ])('writes %d ms as %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text)
  })

  it.each(['350ms', '1.2s', '30s', '5m', '1h'])('reads back as written: %s', (text) => {
    expect(formatDuration(parseDuration(text) ?? Number.NaN)).toBe(text)
  })
})
