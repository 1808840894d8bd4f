import { describe, expect, it } from 'vitest'
import { fitsPattern, patternProblem, splitPatterns } from '../../../src/base/object-pattern.ts'

describe('a pattern', () => {
  it.each([
    ['index public.t_*', 'index public.t_1', true],
    ['index public.t_*', 'index public.t_', true],
    ['index public.t_*', 'index public.tx', false],
    ['index public.t_*', 'table public.t_1', false],
    ['public.tmp_*', 'table public.tmp_1', true],
    ['public.tmp_*', 'materialized view public.tmp_1', true],
    ['public.tmp_*', 'table my.public.tmp_1', false],
    ['* public.t', 'foreign table public.t', true],
    ['function public.f(*)', 'function public.f(integer, text)', true],
    ['function public.f(integer, text)', 'function public.f(integer, text)', true],
    ['table public."Odd.*"', 'table public."Odd.x"', true],
    ['table public.a', 'table public.ab', false],
  ])('%s fits %s: %s', (pattern, key, fits) => {
    expect(fitsPattern(pattern, key)).toBe(fits)
  })

  it('is separated by commas from others, but not within parentheses', () => {
    expect(splitPatterns('index public.t_*, function public.f(integer, text),x.y')).toEqual([
      'index public.t_*',
      'function public.f(integer, text)',
      'x.y',
    ])
    expect(splitPatterns(' ')).toEqual([])
  })

  it('leaves out something, and not everything', () => {
    expect(['', '*', '* *', '*.*'].map(patternProblem)).not.toContain(undefined)
    expect(patternProblem('public.*')).toBe(undefined)
  })
})
