import { describe, expect, it } from 'vitest'
import {
  qualifiedName,
  quoteIdentifier,
  quoteLiteral,
} from '../../../../src/postgres/sql/identifier.ts'

describe('quoteIdentifier', () => {
  it.each([
    ['users', '"users"'],
    ['Users', '"Users"'],
    ['user "x"', '"user ""x"""'],
    ['a.b', '"a.b"'],
    ['', '""'],
  ])('quotes %j', (name, sql) => {
    expect(quoteIdentifier(name)).toBe(sql)
  })

  it('refuses a NUL character', () => {
    expect(() => quoteIdentifier('a\0b')).toThrow(TypeError)
  })
})

describe('qualifiedName', () => {
  it('quotes schema and name each', () => {
    expect(qualifiedName('my.schema', 'my"table')).toBe('"my.schema"."my""table"')
  })

  it('quotes a name alone', () => {
    expect(qualifiedName('public')).toBe('"public"')
  })
})

describe('quoteLiteral', () => {
  it.each([
    ['', "''"],
    ["it's", "'it''s'"],
    ['a\\b', " E'a\\\\b'"],
    ["\\'", " E'\\\\'''"],
  ])('quotes %j', (text, sql) => {
    expect(quoteLiteral(text)).toBe(sql)
  })

  it('refuses a NUL character', () => {
    expect(() => quoteLiteral('\0')).toThrow(TypeError)
  })
})
