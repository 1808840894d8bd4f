import { describe, expect, it } from 'vitest'
import { urlOfTarget } from '../../../../src/postgres/connect/url-of-target.ts'
import { targetOf } from '../../../support/database/connect.ts'

describe('a target as a URL', () => {
  it.each([
    'postgresql://app:s%40cr%3Aet@db:5433/app',
    'postgresql://app@db:5432/a%2Fb',
    'postgresql://app@[::1]:5432/app',
    'postgresql://app@one:1,two:2/app?target_session_attrs=read-write',
    'postgresql://app@db:5432/app?sslmode=verify-full&sslrootcert=%2Fetc%2Fca.pem&options=-c%20search_path%3Dapp',
    'postgresql://app@/app?host=%2Fvar%2Frun%2Fpostgresql&port=5432',
  ])('is what it was read from: %s', (url) => {
    expect(urlOfTarget(targetOf(url))).toBe(url)
  })

  it('may have the suffix of a driver, and leaves out what is a default', () => {
    const target = targetOf('postgres://app@db/app?sslmode=prefer')
    expect(urlOfTarget(target, 'postgresql+asyncpg')).toBe('postgresql+asyncpg://app@db:5432/app')
  })
})
