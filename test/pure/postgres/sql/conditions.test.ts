import { describe, expect, it } from 'vitest'
import { serverFacts } from '../../../../src/postgres/sql/conditions.ts'

describe('what a termination message says of a server’s error', () => {
  it.each([
    ['42P01', 'relation "users" does not exist', 'undefined_table'],
    ['42501', 'permission denied to create extension "vector"', 'insufficient_privilege'],
    ['55P03', 'canceling statement due to lock timeout', 'lock_not_available'],
    ['40P01', 'deadlock detected', 'deadlock_detected'],
    ['23505', 'could not create unique index "users_email"', 'unique_violation'],
    ['53100', 'could not extend file: No space left on device', 'disk_full'],
  ])(
    'is condition and message for %s, which names objects alone',
    (sqlstate, message, condition) => {
      expect(serverFacts({ sqlstate, message })).toEqual({ sqlstate, condition, reason: message })
    },
  )

  it.each([
    ['22P02', 'invalid input syntax for type integer: "4111 1111"', 'invalid_text_representation'],
    ['42601', 'syntax error at or near "\'hunter2\'"', 'syntax_error'],
    ['P0001', 'user 42 has no plan', 'raise_exception'],
    ['XX000', 'unexpected value 7', 'internal_error'],
  ])('is the condition alone for %s, which may quote a value', (sqlstate, message, condition) => {
    expect(serverFacts({ sqlstate, message })).toEqual({ sqlstate, condition })
  })

  it('leaves out what RAISE says, whichever SQLSTATE it borrows', () => {
    const raised = {
      sqlstate: '23505',
      message: 'ann@example.org is there',
      routine: 'exec_stmt_raise',
    }
    expect(serverFacts(raised)).toEqual({ sqlstate: '23505', condition: 'unique_violation' })
  })

  it('is the SQLSTATE alone where PostgreSQL has no name that we know', () => {
    expect(serverFacts({ sqlstate: '99999', message: 'x' })).toEqual({ sqlstate: '99999' })
  })
})
