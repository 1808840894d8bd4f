import { describe, expect, it } from 'vitest'
import { GateError } from '../../../../src/errors/error.ts'
import { journalError, publicReason } from '../../../../src/errors/public-reason.ts'
import { ConnectError } from '../../../../src/postgres/connect/connect-failure.ts'
import { outageMessage, reasonOf } from '../../../../src/sidecar/status/reason.ts'

describe('a reason that is shown to anybody who asks', () => {
  it('is the first line of what pgate says', () => {
    const failure = new GateError('VERIFY_DRIFT', 'one missing\nmissing   table a', {
      hint: 'Fix.',
    })
    expect(reasonOf(failure)).toEqual({
      code: 'VERIFY_DRIFT',
      message: 'one missing',
      hint: 'Fix.',
    })
  })

  it('quotes nothing that PostgreSQL wrote', () => {
    const failure = new GateError('MIGRATION_FAILED', 'invalid input syntax: "s3cr3t"', {
      facts: { sqlstate: '22P02', revision: 'aaa', file: 'm/a.sql', line: 7 },
      hint: 'Fix the statement.',
    })
    expect(reasonOf(failure).message).toBe(
      "m/a.sql:7: PostgreSQL refused a statement (SQLSTATE 22P02); the log has PostgreSQL's own words",
    )
  })

  it('has the words of PostgreSQL where their kind quotes no value, in the journal as its last line', () => {
    const reason = 'relation "users"\ndoes not exist'
    const where = { revision: 'aaa', file: 'm/a.sql', line: 7, column: 3 }
    const facts = { sqlstate: '42P01', condition: 'undefined_table', reason, ...where }
    const failure = new GateError('MIGRATION_FAILED', `m/a.sql:7:3: ${reason}`, { facts })
    const message =
      'm/a.sql:7:3: relation "users"\\u000adoes not exist (undefined_table, SQLSTATE 42P01)'
    expect(reasonOf(failure).message).toBe(message)
    const lastLine = journalError(failure).split('\n').at(-1) ?? null
    expect(publicReason(lastLine)).toEqual({ code: 'MIGRATION_FAILED', message })
  })

  it.each([null, '', "PostgreSQL's hint: s3cr3t", 'NOT_OURS: s3cr3t', '  3 | s3cr3t'])(
    'is none where the last line that the journal has is %j',
    (line) => expect(publicReason(line)).toBeNull(),
  )

  it('is a bug where pgate did not throw it on purpose, and then quotes nothing', () => {
    expect(reasonOf(new Error('s3cr3t'))).toMatchObject({ code: 'BUG' })
    expect(JSON.stringify(reasonOf(new Error('s3cr3t')))).not.toContain('s3cr3t')
  })
})

describe('an outage', () => {
  const failure = { host: 'db:5432', ping: 'no response', message: 'connect s3cr3t' } as const

  it.each([
    ['ECONNREFUSED', 'db:5432: nothing listening'],
    ['28P01', 'db:5432: password refused'],
    ['TIMEOUT', 'db:5432: unreachable'],
  ])('for %s is reported in the words of the wait', (code, message) => {
    expect(outageMessage(new ConnectError([{ ...failure, reason: code }]))).toBe(message)
  })

  it.each([
    [Object.assign(new Error('s3cr3t'), { code: '53100', severity: 'ERROR' }), 'SQLSTATE 53100'],
    [Object.assign(new Error('s3cr3t'), { code: 'ECONNRESET' }), 'the connection was lost'],
    [new Error('s3cr3t'), 'an unexpected error; see the log'],
  ])('quotes nothing of %s', (error, message) => {
    expect(outageMessage(error)).toContain(message)
    expect(outageMessage(error)).not.toContain('s3cr3t')
  })
})
