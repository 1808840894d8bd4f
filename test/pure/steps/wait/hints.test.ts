import { describe, expect, it } from 'vitest'
import { classify } from '../../../../src/steps/wait/classify.ts'
import { hintFor, type NamedConnection } from '../../../../src/steps/wait/hints.ts'

const NAMED: NamedConnection = {
  hosts: [{ host: 'db.internal', port: 5433 }],
  user: 'app_owner',
  database: 'my app',
  sslmode: 'require',
  passwordFrom: 'DATABASE_URL_FILE',
}

function hint(reason: string, named: NamedConnection | undefined = NAMED) {
  return hintFor(
    classify({ host: 'db.internal:5433', ping: 'accepting', reason, message: 'as it was' }),
    named,
  )
}

describe('hintFor', () => {
  it('gives the command that creates a missing database, ready to paste', () => {
    expect(hint('3D000')).toBe(
      "Create the database: createdb --host db.internal --port 5433 --username app_owner 'my app'",
    )
  })

  it('quotes for the shell what would end a quotation', () => {
    expect(hint('3D000', { ...NAMED, database: "it's" })).toContain(`app_owner 'it'\\''s'`)
  })

  it.each([
    { reason: '28P01', words: ['"app_owner"', 'in DATABASE_URL_FILE;'] },
    { reason: '28000', words: ['"app_owner"', 'LOGIN', 'pg_hba.conf'] },
    { reason: '42501', words: ['GRANT CONNECT ON DATABASE "my app" TO "app_owner";'] },
    { reason: 'CERT_HAS_EXPIRED', words: ['PGSSLROOTCERT', 'PGSSLMODE'] },
    { reason: 'TLS_NOT_OFFERED', words: ['sslmode=require'] },
    { reason: 'ENOTFOUND', words: ['host name', 'network'] },
    { reason: 'ECONNREFUSED', words: ['started', 'port'] },
    { reason: 'TIMEOUT', words: ['firewall', 'network policy'] },
    { reason: '57P03', words: ['starting up', 'PGATE_WAIT_TIMEOUT'] },
    { reason: 'IN_RECOVERY', words: ['standby', 'primary', 'PGTARGETSESSIONATTRS'] },
    { reason: 'READ_ONLY', words: ['default_transaction_read_only'] },
    { reason: '53300', words: ['max_connections'] },
  ])('says what to do about $reason', ({ reason, words }) => {
    for (const word of words) expect(hint(reason)).toContain(word)
  })

  it.each(['require', 'verify-ca', 'verify-full'] as const)(
    'never advises less than sslmode=%s where the server says that it has no TLS',
    (sslmode) => {
      expect(hint('TLS_NOT_OFFERED', { ...NAMED, sslmode })).not.toMatch(/prefer|allow|disable/)
    },
  )

  it('does without the names where none are known', () => {
    expect(hint('28P01', undefined)).not.toContain('undefined')
  })
})
