import { describe, expect, it } from 'vitest'
import { createdTime, idProblem, labelProblem } from '../../../../src/revisions/file/identifiers.ts'

describe('idProblem', () => {
  it.each(['a', '001', '972fc63ffb69', 'A_b.c-d', '_x', 'headless', 'a'.repeat(32)])(
    'finds none with %s',
    (id) => {
      expect(idProblem(id)).toBeUndefined()
    },
  )

  it.each([
    ['', 'empty'],
    ['a'.repeat(33), '33 characters'],
    ['none', 'reserved'],
    ['Head', 'reserved'],
    ['heads', 'reserved'],
    ['base', 'reserved'],
    ['current', 'reserved'],
    ['-a', 'begin'],
    ['.a', 'begin'],
    ['a@b', 'may hold only'],
    ['a+1', 'may hold only'],
    ['a:b', 'may hold only'],
    ['ä', 'may hold only'],
  ])('finds one with `%s`', (id, problem) => {
    expect(idProblem(id)).toContain(problem)
  })
})

describe('labelProblem', () => {
  it('allows a label longer than an id, of the same characters', () => {
    expect(labelProblem('a'.repeat(60))).toBeUndefined()
    expect(labelProblem(`${'a'.repeat(60)}@`)).toContain('may hold only')
  })
})

describe('createdTime', () => {
  it.each([
    ['2025-10-18T02:30:00Z', '2025-10-18T02:30:00.000Z'],
    ['2025-10-18T02:30Z', '2025-10-18T02:30:00.000Z'],
    ['2025-10-18 02:30:00.123456', '2025-10-18T02:30:00.123Z'],
    ['2025-10-18 02:30:00,5+02:00', '2025-10-18T00:30:00.500Z'],
    ['2025-10-18T02:30:00-0130', '2025-10-18T04:00:00.000Z'],
    ['2025-10-18', '2025-10-18T00:00:00.000Z'],
  ])('reads %s', (created, expected) => {
    expect(new Date(createdTime(created) ?? Number.NaN).toISOString()).toBe(expected)
  })

  it.each(['', 'yesterday', '2025', '18.10.2025', '2025-13-01', '2025-10-18T25:00', '1760754600'])(
    'does not take `%s` for a date',
    (created) => {
      expect(createdTime(created)).toBeUndefined()
    },
  )
})
