import { describe, expect, it } from 'vitest'
import {
  AttemptError,
  type AttemptReason,
  type ConnectProgress,
  connectFailure,
  moreSpecific,
  nextAfter,
} from '../../../../src/postgres/connect/connect-failure.ts'

const HOST = { host: 'db', port: 5432 }
const CONNECTING: ConnectProgress = { phase: 'connecting', encrypted: false, asked: false }
const TLS: ConnectProgress = { phase: 'tls', encrypted: false, asked: false }
const STARTUP: ConnectProgress = { phase: 'startup', encrypted: true, asked: false }
const ASKED: ConnectProgress = { ...STARTUP, asked: true }

const server = (code: string) => Object.assign(new Error('said'), { code, severity: 'FATAL' })
const system = (code: string) => Object.assign(new Error('said'), { code })
const ours = (reason: AttemptReason) => new AttemptError(reason, 'said')

describe('connectFailure', () => {
  it.each([
    [server('57P03'), STARTUP, 'rejecting', '57P03'],
    [server('53300'), STARTUP, 'accepting', '53300'],
    [server('28000'), STARTUP, 'accepting', '28000'],
    [server('28P01'), ASKED, 'accepting', '28P01'],
    [system('ECONNREFUSED'), CONNECTING, 'no response', 'ECONNREFUSED'],
    [system('EPIPE'), STARTUP, 'no response', 'EPIPE'],
    [system('CERT_HAS_EXPIRED'), TLS, 'no response', 'CERT_HAS_EXPIRED'],
    [ours('TLS_NOT_OFFERED'), TLS, 'no response', 'TLS_NOT_OFFERED'],
    [ours('TLS_SETTINGS'), CONNECTING, 'no attempt', 'TLS_SETTINGS'],
    [ours('TIMEOUT'), STARTUP, 'no response', 'TIMEOUT'],
    [ours('TIMEOUT'), ASKED, 'accepting', 'TIMEOUT'],
    [ours('NO_PASSWORD'), ASKED, 'accepting', 'NO_PASSWORD'],
    [ours('TARGET_SESSION_ATTRS'), ASKED, 'accepting', 'TARGET_SESSION_ATTRS'],
  ])('classifies %s', (error, progress, ping, reason) => {
    expect(connectFailure(HOST, error, progress)).toMatchObject({ host: 'db:5432', ping, reason })
  })

  it('says in words what people meet most', () => {
    const { message } = connectFailure(HOST, system('ECONNREFUSED'), CONNECTING)
    expect(message).toBe('nothing listens there (ECONNREFUSED)')
  })

  it('throws on what it does not know: a fault of ours', () => {
    const fault = new TypeError('x is not a function')
    expect(() => connectFailure(HOST, fault, STARTUP)).toThrow(fault)
  })
})

describe('nextAfter', () => {
  it.each([
    ['57P03 goes to the next host', server('57P03'), STARTUP, true, 'next host'],
    ['the wrong kind too', ours('TARGET_SESSION_ATTRS'), ASKED, true, 'next host'],
    ['a refusal tries the other encryption', server('28000'), STARTUP, true, 'other encryption'],
    [
      'a refused password does not, and is shown to nobody else',
      server('28P01'),
      ASKED,
      true,
      'nothing',
    ],
    ['a missing database neither', server('3D000'), ASKED, true, 'nothing'],
    ['a failed handshake too', system('CERT_HAS_EXPIRED'), TLS, true, 'other encryption'],
    ['a refusal ends it where there is none', server('28000'), ASKED, false, 'nothing'],
    ['a failed handshake too', system('CERT_HAS_EXPIRED'), TLS, false, 'nothing'],
    ['no TLS ends it', ours('TLS_NOT_OFFERED'), TLS, false, 'nothing'],
    ['no password ends it', ours('NO_PASSWORD'), ASKED, true, 'nothing'],
    ['a timeout goes to the next address', ours('TIMEOUT'), TLS, true, 'next address'],
    ['nothing listening too', system('ECONNREFUSED'), CONNECTING, true, 'next address'],
    ['a closed connection too', ours('CLOSED'), STARTUP, true, 'next address'],
    ['a reset one too', system('ECONNRESET'), STARTUP, true, 'next address'],
  ] as const)('%s', (_, error, progress, other, next) => {
    expect(nextAfter(error, progress, other)).toBe(next)
  })
})

describe('moreSpecific', () => {
  const failure = (reason: string, ping: 'accepting' | 'rejecting' | 'no response') => ({
    host: 'db:5432',
    ping,
    reason,
    message: reason,
  })
  const password = failure('28P01', 'accepting')
  const noEntry = failure('28000', 'accepting')
  const refused = failure('ECONNREFUSED', 'no response')
  const unroutable = failure('ENETUNREACH', 'no response')

  it.each([
    ['a password over a missing pg_hba.conf entry', noEntry, password, password],
    ['and the other way round', password, noEntry, password],
    ['an answer over none', refused, noEntry, noEntry],
    ['a refused connection over an unreachable network', unroutable, refused, refused],
    ['the first of two equals', refused, failure('CLOSED', 'no response'), refused],
  ])('takes %s', (_, first, second, expected) => {
    expect(moreSpecific(first, second)).toBe(expected)
  })
})
