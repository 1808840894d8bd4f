import { describe, expect, it } from 'vitest'
import { ConnectionLostError } from '../../../../src/postgres/session/connection-lost.ts'
import {
  isConnectionLost,
  serverErrorOf,
  sqlstateOf,
} from '../../../../src/postgres/sql/sqlstate.ts'

const server = (code: string, more: object = {}) =>
  Object.assign(new Error('said the server'), { code, severity: 'ERROR', ...more })
const system = (code: string) => Object.assign(new Error('said the system'), { code, errno: -1 })

describe('sqlstateOf', () => {
  it.each(['42P01', '57P03', 'XX000', 'P0001'])('reads %s', (code) => {
    expect(sqlstateOf(server(code))).toBe(code)
  })

  it.each([
    ['a system error that looks alike', system('EPIPE')],
    ['an error without a code', new Error('none')],
    ['a severity without a code', Object.assign(new Error('none'), { severity: 'ERROR' })],
    ['a code that is none', server('nope')],
    ['what is no error', { code: '42P01', severity: 'ERROR' }],
    ['nothing', undefined],
  ])('finds none in %s', (_, error) => {
    expect(sqlstateOf(error)).toBeUndefined()
  })
})

describe('serverErrorOf', () => {
  it('reports the message, the hint and the position, and never the detail', () => {
    const error = server('42703', {
      hint: 'Perhaps you meant y.',
      position: '8',
      detail: 'Key (email)=(a@b.c) exists.',
      schema: 'public',
      table: 'users',
      constraint: 'users_pkey',
    })
    expect(serverErrorOf(error)).toEqual({
      sqlstate: '42703',
      message: 'said the server',
      hint: 'Perhaps you meant y.',
      position: 8,
      schema: 'public',
      table: 'users',
      constraint: 'users_pkey',
    })
  })

  it('leaves out what the server did not say', () => {
    const error = server('40001', { hint: undefined, position: undefined })
    expect(serverErrorOf(error)).toEqual({ sqlstate: '40001', message: 'said the server' })
  })

  it('finds none in a system error', () => {
    expect(serverErrorOf(system('ECONNRESET'))).toBeUndefined()
  })
})

describe('isConnectionLost', () => {
  it.each([
    system('ECONNRESET'),
    system('EPIPE'),
    system('ERR_SSL_DECRYPTION_FAILED_OR_BAD_RECORD_MAC'),
    new ConnectionLostError('gone'),
    server('57P01'),
    server('57P02'),
    server('57P05'),
    server('25P03'),
    server('08006'),
    server('08P01', { severity: 'FATAL' }),
  ])('is so for $code', (error) => {
    expect(isConnectionLost(error)).toBe(true)
  })

  it.each([server('57014'), server('42P01'), server('08P01'), system('ENOENT')])(
    'is not so for $code',
    (error) => {
      expect(isConnectionLost(error)).toBe(false)
    },
  )

  it('is not so for an error of another kind', () => {
    expect(isConnectionLost(new TypeError('x'))).toBe(false)
  })
})
