import { describe, expect, it } from 'vitest'
import { passwordIn } from '../../../../src/postgres/connect/passfile.ts'

const KEY = { host: 'db', port: 5432, database: 'app', user: 'ann' }

describe('passwordIn', () => {
  it.each([
    ['every field', 'db:5432:app:ann:secret', 'secret'],
    ['stars', '*:*:*:*:secret', 'secret'],
    ['the first line that fits', 'other:*:*:*:a\n*:*:*:ann:b\n*:*:*:*:c', 'b'],
    ['lines that end in CRLF', 'x:*:*:*:a\r\n*:*:*:*:b\r\n', 'b'],
    ['a line behind comments and empty ones', '# db:5432:app:ann:no\n\n*:*:*:*:b', 'b'],
    ['escapes in the password', '*:*:*:*:a\\:b\\\\c', 'a:b\\c'],
    ['a password up to a bare colon, as libpq does', '*:*:*:*:a:b', 'a'],
    ['spaces as themselves', '*:*:*:*: a ', ' a '],
    ['a # inside a line', '*:*:*:*:a#b', 'a#b'],
    ['an empty password', '*:*:*:*:', ''],
  ])('reads %s', (_, text, password) => {
    expect(passwordIn(text, KEY)).toBe(password)
  })

  it.each([
    ['another host', 'other:5432:app:ann:x'],
    ['another port', 'db:5433:app:ann:x'],
    ['another database', 'db:5432:other:ann:x'],
    ['another user', 'db:5432:app:bob:x'],
    ['an escaped star', '\\*:*:*:*:x'],
    ['a line with too few fields', 'db:5432:app:ann'],
    ['an empty file', ''],
  ])('finds nothing for %s', (_, text) => {
    expect(passwordIn(text, KEY)).toBeUndefined()
  })

  it.each([
    ['an IPv6 address', '\\:\\:1:*:*:*:x', { ...KEY, host: '::1' }],
    ['a user with a colon', '*:*:*:a\\:b:x', { ...KEY, user: 'a:b' }],
    ['a socket by its folder', '/run/pg:*:*:*:x', { ...KEY, host: '/run/pg' }],
    ['a socket as localhost', 'localhost:*:*:*:x', { ...KEY, host: '/run/pg' }],
  ])('matches %s', (_, text, key) => {
    expect(passwordIn(text, key)).toBe('x')
  })
})
