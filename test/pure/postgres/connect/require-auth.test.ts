import { describe, expect, it } from 'vitest'
import { AUTH_METHODS, parseRequireAuth } from '../../../../src/postgres/connect/require-auth.ts'

describe('parseRequireAuth', () => {
  it.each([
    ['scram-sha-256', ['scram-sha-256']],
    ['scram-sha-256,md5', ['md5', 'scram-sha-256']],
    ['none', ['none']],
    ['none,scram-sha-256', ['scram-sha-256', 'none']],
    ['gss,sspi', ['gss', 'sspi']],
    ['!password', AUTH_METHODS.filter((method) => method !== 'password')],
    ['!password,!md5', ['gss', 'sspi', 'scram-sha-256', 'oauth', 'none']],
    ['!none', AUTH_METHODS.filter((method) => method !== 'none')],
  ])('reads %s as libpq does', (text, allowed) => {
    expect(parseRequireAuth(text)).toEqual({ allowed })
  })

  it.each([
    ['password,!md5', /mixes methods with and without !/],
    ['scram', /"scram"/],
    ['SCRAM-SHA-256', /"SCRAM-SHA-256"/],
    ['scram-sha-256,', /found ""/],
    ['scram-sha-256, md5', /" md5"/],
    ['md5,md5', /md5 is there twice/],
    ['!none,!none', /none is there twice/],
    ['!!md5', /"!!md5"/],
  ])('refuses %s, and says what may be written', (text, found) => {
    expect(parseRequireAuth(text)).toEqual({
      found: expect.stringMatching(found),
      remedy: expect.any(String),
    })
  })
})
