import { describe, expect, it } from 'vitest'
import { EXIT_CODES, type ExitName } from '../../../src/errors/exit-codes.ts'
import { BY_SEVERITY, mostSevere } from '../../../src/fleet/severity.ts'

describe('the exit code of a fleet', () => {
  it('is 0 where no target failed', () => {
    expect(mostSevere([])).toBe(0)
  })

  it.each([
    { of: [54, 30], is: 54 },
    { of: [54, 53], is: 53 },
    { of: [30, 52, 30], is: 52 },
    { of: [60, 53, 51], is: 53 },
    { of: [31, 54], is: 31 },
    { of: [143, 143], is: 143 },
    { of: [143, 30], is: 30 },
    { of: [53, 1, 54], is: 1 },
  ])('of $of is $is', ({ of, is }) => {
    expect(mostSevere(of)).toBe(is)
    expect(mostSevere(of.toReversed())).toBe(is)
  })

  it('ranks every exit code there is', () => {
    const names = (Object.keys(EXIT_CODES) as ExitName[]).filter((name) => name !== 'open')
    expect(BY_SEVERITY.toSorted()).toEqual(names.toSorted())
  })

  it('is retriable where every failure is, and nowhere else', () => {
    const retriable = BY_SEVERITY.map((name) => EXIT_CODES[name].retriable)
    expect(retriable).toEqual(retriable.toSorted((one, other) => Number(one) - Number(other)))
  })
})
