import { describe, expect, it } from 'vitest'
import {
  compareVersions,
  meetsFloor,
  newest,
} from '../../../../src/postgres/sql/extension-version.ts'

describe('compareVersions', () => {
  it.each([
    ['0.7', '0.7.1'],
    ['0.7.1', '0.10'],
    ['0.9.9', '1'],
    ['1.2', '1.10'],
    ['9', '10'],
    ['3.4.9', '3.5.0dev'],
    ['next', '0.1'],
    ['unpackaged', '1.0'],
  ])('puts %s before %s', (lower, higher) => {
    expect(compareVersions(lower, higher)).toBeLessThan(0)
    expect(compareVersions(higher, lower)).toBeGreaterThan(0)
  })

  it.each([
    ['1.0', '1'],
    ['1.0.0', '1.0'],
    ['3.5.0dev', '3.5.0'],
    ['01.2', '1.2'],
  ])('takes %s and %s for equal', (one, other) => {
    expect(compareVersions(one, other)).toBe(0)
  })
})

describe('meetsFloor', () => {
  it.each([
    { version: '0.8.0', floor: '0.7', met: true },
    { version: '0.7', floor: '0.7', met: true },
    { version: '0.7', floor: '0.7.1', met: false },
    { version: '0.10', floor: '0.9', met: true },
    { version: 'anything', floor: undefined, met: true },
  ])('is $met for $version over $floor', ({ version, floor, met }) => {
    expect(meetsFloor(version, floor)).toBe(met)
  })
})

describe('newest', () => {
  it('is the highest, not the last in the alphabet', () => {
    expect(newest(['1.9', '1.10', '1.2'])).toBe('1.10')
  })

  it('is undefined for no version', () => {
    expect(newest([])).toBeUndefined()
  })
})
