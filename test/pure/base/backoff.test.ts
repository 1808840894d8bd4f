import { describe, expect, it } from 'vitest'
import { pauseMs } from '../../../src/base/backoff.ts'

describe('pauseMs', () => {
  it.each([
    { attempt: 1, random: 0, ms: 25 },
    { attempt: 1, random: 0.5, ms: 37.5 },
    { attempt: 60, random: 0, ms: 25 },
    { attempt: 61, random: 0, ms: 50 },
    { attempt: 180, random: 0.5, ms: 75 },
    { attempt: 181, random: 0, ms: 100 },
    { attempt: 183, random: 0, ms: 400 },
    { attempt: 184, random: 0.5, ms: 750 },
    { attempt: 5_000, random: 0, ms: 500 },
  ])('is $ms ms after attempt $attempt with chance $random', ({ attempt, random, ms }) => {
    expect(pauseMs(attempt, random)).toBe(ms)
  })

  it('never shrinks, and stays below a second', () => {
    const pauses = Array.from({ length: 400 }, (_, index) => pauseMs(index + 1, 0.999_999))
    expect(pauses.toSorted((one, other) => one - other)).toEqual(pauses)
    expect(Math.max(...pauses)).toBeLessThan(1_000)
  })
})
