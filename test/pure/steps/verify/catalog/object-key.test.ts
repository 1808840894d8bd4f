import { describe, expect, it } from 'vitest'
import {
  holderOf,
  parseKey,
  unquoteName,
  withoutLastPart,
} from '../../../../../src/catalog/object-key.ts'

describe('parseKey', () => {
  it.each([
    ['table public.users', 'table', 'public.users'],
    ['materialized view public.daily', 'materialized view', 'public.daily'],
    ['composite type "A b".c', 'composite type', '"A b".c'],
    ['function public.f(integer, text)', 'function', 'public.f(integer, text)'],
  ])('takes %s apart', (key, kind, name) => {
    expect(parseKey(key)).toEqual({ kind, name })
  })

  it('knows no other kinds', () => {
    expect(parseKey('gadget public.users')).toBeUndefined()
    expect(parseKey('table')).toBeUndefined()
  })
})

describe('holderOf', () => {
  it.each([
    ['column public.users.email', 'public.users'],
    ['column public.users."odd.name"', 'public.users'],
    ['constraint "a.b"."c""d.e"."f.""g"', '"a.b"."c""d.e"'],
    ['trigger public.t.x', 'public.t'],
    ['function public.f(public.word)', undefined],
    ['sequence public.s', undefined],
  ])('of %s', (key, holder) => {
    expect(holderOf(key, {})).toBe(holder)
  })

  it('of an index is the table that its definition names', () => {
    expect(holderOf('index public.i', { table: 'public.users' })).toBe('public.users')
  })
})

describe('names', () => {
  it('lose their quotes, or their last part', () => {
    expect(unquoteName('"a""b"')).toBe('a"b')
    expect(unquoteName('plain')).toBe('plain')
    expect(withoutLastPart('public."odd.name"')).toBe('public')
  })
})
