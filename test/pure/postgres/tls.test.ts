import { describe, expect, it } from 'vitest'
import { SSL_MODES } from '../../../src/postgres/target.ts'
import { encryptionsFor } from '../../../src/postgres/tls.ts'

describe('encryptionsFor', () => {
  it.each([
    ['disable', ['plain']],
    ['allow', ['plain', 'tls']],
    ['prefer', ['offered', 'plain']],
    ['require', ['tls']],
    ['verify-ca', ['tls']],
    ['verify-full', ['tls']],
  ] as const)('tries for %s what libpq does', (sslmode, encryptions) => {
    expect(encryptionsFor({ sslmode }, 'db')).toEqual(encryptions)
  })

  it.each(SSL_MODES)('never encrypts a Unix socket, for %s', (sslmode) => {
    expect(encryptionsFor({ sslmode }, '/run/pg')).toEqual(['plain'])
  })
})
