import { describe, expect, it } from 'vitest'
import { nearest } from '../../../src/base/suggest.ts'

const NAMES = ['PGATE_WAIT_TIMEOUT', 'PGATE_LOCK_TIMEOUT', 'PGATE_ROLE', 'PGATE_LOG_LEVEL']

describe('nearest', () => {
  it.each([
    ['a lost letter', 'PGATE_WAIT_TIMOUT', 'PGATE_WAIT_TIMEOUT'],
    ['an added letter', 'PGATE_ROLLE', 'PGATE_ROLE'],
    ['a changed letter', 'PGATE_RULE', 'PGATE_ROLE'],
    ['two swapped letters', 'PGATE_LOCK_TIMEOTU', 'PGATE_LOCK_TIMEOUT'],
    ['another case', 'pgate_log_level', 'PGATE_LOG_LEVEL'],
    ['the word itself', 'PGATE_ROLE', 'PGATE_ROLE'],
  ])('finds the name behind %s', (_, word, expected) => {
    expect(nearest(word, NAMES)).toBe(expected)
  })

  it.each([
    ['jsno', ['auto', 'json', 'pretty'], 'json'],
    ['of', ['manifest', 'structure', 'off'], 'off'],
    ['fo', ['of', 'on'], 'of'],
  ])('counts one slip for a short word: %s', (word, known, expected) => {
    expect(nearest(word, known)).toBe(expected)
  })

  it('finds nothing where nothing is near', () => {
    expect(nearest('PGATE_COLOUR', NAMES)).toBeUndefined()
    expect(nearest('x', ['head', 'heads'])).toBeUndefined()
    expect(nearest('anything', [])).toBeUndefined()
  })

  it('prefers the nearer of two words, and the earlier of two equally near', () => {
    expect(nearest('heads', ['head', 'heads'])).toBe('heads')
    expect(nearest('hea', ['heap', 'head'])).toBe('heap')
  })
})
