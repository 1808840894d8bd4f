import { describe, expect, it } from 'vitest'
import {
  asDuration,
  asDurationOrNone,
  asDurationOrZero,
  asIdentifier,
  asListenAddress,
  asSchema,
  asTable,
  describeFound,
  oneOf,
} from '../../../src/config/values.ts'

describe('durations', () => {
  it.each([
    [asDuration, '1ms', 1],
    [asDuration, '60', 60_000],
    [asDuration, '576h', 24 * 24 * 3_600_000],
    [asDurationOrZero, '0', 0],
    [asDurationOrZero, '5s', 5_000],
    [asDurationOrNone, 'none', undefined],
    [asDurationOrNone, '10m', 600_000],
  ])('%o reads %s', (accessor, text, ms) => {
    expect(accessor(text)).toBe(ms)
  })

  it.each([
    [asDuration, '0', 'found "0"; write a duration above 0, such as 500ms or 30s'],
    [asDuration, '-5s', 'found "-5s"; write a duration such as 500ms, 30s, 5m or 1h'],
    [asDuration, 'abc', 'found "abc"; write a duration such as 500ms, 30s, 5m or 1h'],
    [asDuration, 'none', 'found "none"; write a duration such as 500ms, 30s, 5m or 1h'],
    [asDuration, '577h', 'found "577h"; the most is 24 days (576h)'],
    [asDurationOrZero, '-1', 'found "-1"; write a duration such as 500ms, 30s, 5m or 1h'],
    [asDurationOrNone, '0', 'found "0"; write none for no limit'],
  ])('%o refuses %s', (accessor, text, message) => {
    expect(() => accessor(text)).toThrow(new Error(message))
  })
})

describe('identifiers', () => {
  it.each(['public', 'Mixed Case', 'user@tenant', 'a'.repeat(63), 'ü'.repeat(31)])(
    'takes %s',
    (text) => {
      expect(asIdentifier(text)).toBe(text)
    },
  )

  it.each([
    ['', 'found ""; write a name of 1 to 63 bytes (this one has 0)'],
    ['"public"', 'found "\\"public\\""; write the name without quotes'],
  ])('refuses %j', (text, message) => {
    expect(() => asIdentifier(text)).toThrow(new Error(message))
  })

  it('counts bytes, not characters', () => {
    expect(() => asIdentifier('ü'.repeat(32))).toThrow('(this one has 64)')
    expect(() => asIdentifier('a'.repeat(64))).toThrow('(this one has 64)')
  })

  it('takes a table with or without its schema', () => {
    expect(asTable('alembic_version')).toEqual({ name: 'alembic_version' })
    expect(asTable('app.alembic_version')).toEqual({ schema: 'app', name: 'alembic_version' })
    expect(() => asTable('db.app.alembic_version')).toThrow('or schema.table')
    for (const text of ['.x', 'x.', '.']) expect(() => asTable(text)).toThrow('of 1 to 63 bytes')
    expect(() => asTable('pg_x.versions')).toThrow("are PostgreSQL's own")
  })

  it.each(['pgate_journal', 'pgate_lease'])('keeps the version table from the name %s', (name) => {
    for (const text of [name, `app.${name}`])
      expect(() => asTable(text)).toThrow('pgate has a table of its own of that name')
  })

  it("takes a schema that is not PostgreSQL's own", () => {
    expect(asSchema('PG_x')).toBe('PG_x')
    for (const name of ['pg_x', 'pg_catalog', 'pg_temp', 'information_schema']) {
      expect(() => asSchema(name)).toThrow("are PostgreSQL's own: write another")
    }
  })
})

describe('an address to listen on', () => {
  it.each([
    ['127.0.0.1:8432', '127.0.0.1', 8432],
    ['[::1]:8432', '::1', 8432],
    ['[::]:0', '::', 0],
    ['localhost:65535', 'localhost', 65_535],
  ])('takes %s', (text, host, port) => {
    expect(asListenAddress(text)).toEqual({ host, port })
  })

  it.each(['8432', ':8432', '::1:8432', '127.0.0.1', '127.0.0.1:65536', '127.0.0.1:x', 'a b:1'])(
    'refuses %s and shows how one is written',
    (text) => {
      expect(() => asListenAddress(text)).toThrow('write 127.0.0.1:8432')
    },
  )
})

describe('words', () => {
  const accessor = oneOf(['auto', 'json', 'pretty'])

  it('takes one of them', () => {
    expect(accessor('json')).toBe('json')
  })

  it('names them all, and the nearest', () => {
    const message = 'found "jsno"; write one of auto, json, pretty (did you mean json?)'
    expect(() => accessor('jsno')).toThrow(new Error(message))
    expect(() => accessor('JSON')).toThrow('did you mean json?')
    expect(() => accessor('xml')).toThrow(new Error('found "xml"; write one of auto, json, pretty'))
  })
})

describe('what is shown of a value', () => {
  it('is quoted, so that control characters are seen', () => {
    expect(describeFound('a\tb')).toBe('found "a\\tb"')
  })

  it('is shortened', () => {
    expect(describeFound('x'.repeat(100))).toBe(`found "${'x'.repeat(57)}..."`)
  })

  it('is nothing where it looks like a URL', () => {
    expect(describeFound('postgresql://app:s3cret@db/app')).toBe('found a URL, which is not shown')
  })
})
