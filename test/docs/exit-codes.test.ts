import { describe, expect, it } from 'vitest'
import { permanentCodes } from '../../scripts/docs/exit-codes.ts'
import { EXIT_CODES } from '../../src/errors/exit-codes.ts'

/** The public contract, written out: a number that moves here breaks somebody's deploy. */
const CONTRACT = [
  ['open', 0, null],
  ['bug', 1, false],
  ['usage', 2, false],
  ['config', 20, false],
  ['notReady', 30, true],
  ['refused', 31, false],
  ['extensionUnavailable', 40, false],
  ['extensionNotPermitted', 41, false],
  ['revisions', 50, false],
  ['history', 51, false],
  ['lock', 52, true],
  ['migration', 53, false],
  ['migrationRetriable', 54, true],
  ['verify', 60, false],
  ['lint', 61, false],
  ['roundTrip', 62, false],
  ['backup', 63, false],
  ['sigint', 130, true],
  ['sigterm', 143, true],
] as const

describe('the exit codes', () => {
  it.each(CONTRACT)('%s is %d', (name, number, retriable) => {
    expect(EXIT_CODES[name].number).toBe(number)
    expect(EXIT_CODES[name].retriable).toBe(retriable)
  })

  it('are no more than those', () => {
    expect(Object.keys(EXIT_CODES)).toEqual(CONTRACT.map(([name]) => name))
  })

  it('each say what they mean and what to do', () => {
    for (const { meaning, remedy } of Object.values(EXIT_CODES)) {
      expect(meaning).toMatch(/^\S.*[^.]$/)
      expect(remedy).toMatch(/^[A-Z].*\.$/)
    }
  })

  it('that are permanent fail a Job at once', () => {
    expect(permanentCodes()).toEqual([1, 2, 20, 31, 40, 41, 50, 51, 53, 60, 61, 63])
  })
})
