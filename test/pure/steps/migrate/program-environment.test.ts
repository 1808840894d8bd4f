import { describe, expect, it } from 'vitest'
import { hidePassword } from '../../../../src/postgres/connect/target.ts'
import { libpqEnvironment } from '../../../../src/steps/migrate/program-environment.ts'

const TARGET = {
  hosts: [
    { host: 'one', port: 5432 },
    { host: 'two', port: 5433 },
  ],
  user: 'app',
  database: 'shop',
  sslmode: 'verify-full',
  sslRootCert: '/ca.pem',
  targetSessionAttrs: 'read-write',
} as const

describe('the variables of libpq', () => {
  it('lead where pgate is connected, by every host, and nowhere else', () => {
    const env = { PATH: '/bin', PGHOST: 'other', PGPASSWORD: 'old', PGSSLCERT: '/old.pem' }
    expect(libpqEnvironment(hidePassword(TARGET, 'new'), env)).toEqual({
      PATH: '/bin',
      PGHOST: 'one,two',
      PGPORT: '5432,5433',
      PGUSER: 'app',
      PGDATABASE: 'shop',
      PGPASSWORD: 'new',
      PGSSLMODE: 'verify-full',
      PGSSLROOTCERT: '/ca.pem',
      PGTARGETSESSIONATTRS: 'read-write',
    })
    expect(libpqEnvironment(TARGET, env).PGPASSWORD).toBeUndefined()
  })
})
