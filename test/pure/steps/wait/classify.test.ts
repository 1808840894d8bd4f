import { describe, expect, it } from 'vitest'
import type { ConnectFailure } from '../../../../src/postgres/connect/connect-failure.ts'
import { classify, classifyAll } from '../../../../src/steps/wait/classify.ts'

function failure(reason: string, ping: ConnectFailure['ping'] = 'no response'): ConnectFailure {
  return { host: `${reason.toLowerCase()}.internal:5432`, ping, reason, message: 'as it was' }
}

describe('classify', () => {
  it.each([
    ['ENOTFOUND', 'no response', 'unknown host'],
    ['EAI_AGAIN', 'no response', 'unknown host'],
    ['ECONNREFUSED', 'no response', 'nothing listening'],
    ['ENOENT', 'no response', 'nothing listening'],
    ['ECONNRESET', 'no response', 'connection closed'],
    ['EPIPE', 'no response', 'connection closed'],
    ['CLOSED', 'no response', 'connection closed'],
    ['CONNECTION_CLOSED', 'accepting', 'connection closed'],
    ['EHOSTUNREACH', 'no response', 'unreachable'],
    ['ENETUNREACH', 'no response', 'unreachable'],
    ['ETIMEDOUT', 'no response', 'unreachable'],
    ['TIMEOUT', 'no response', 'unreachable'],
    ['57P03', 'rejecting', 'starting up'],
    ['57P01', 'accepting', 'shutting down'],
    ['57P02', 'accepting', 'shutting down'],
    ['53300', 'accepting', 'too many connections'],
    ['53200', 'accepting', 'server busy'],
    ['08P01', 'accepting', 'server busy'],
    ['58000', 'accepting', 'server busy'],
    ['TARGET_SESSION_ATTRS', 'accepting', 'other kind of server'],
    ['IN_RECOVERY', 'accepting', 'in recovery'],
    ['READ_ONLY', 'accepting', 'read only'],
    ['EMFILE', 'no response', 'unreachable'],
  ] as const)('waits on %s (%s): %s', (reason, ping, state) => {
    expect(classify(failure(reason, ping))).toMatchObject({ state, patience: 'wait' })
  })

  it.each([
    ['28P01', 'password refused'],
    ['28000', 'role refused'],
    ['3D000', 'no such database'],
    ['42501', 'not permitted'],
    ['CERT_HAS_EXPIRED', 'tls refused'],
    ['ERR_TLS_CERT_ALTNAME_INVALID', 'tls refused'],
    ['SELF_SIGNED_CERT_IN_CHAIN', 'tls refused'],
    ['DEPTH_ZERO_SELF_SIGNED_CERT', 'tls refused'],
    ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'tls refused'],
    ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'tls refused'],
    ['ERR_SSL_WRONG_VERSION_NUMBER', 'tls refused'],
    ['42704', 'connection refused by the server'],
    ['AUTHENTICATION', 'connection refused by the server'],
    ['CHANNEL_BINDING', 'connection refused by the server'],
    ['REQUIRE_AUTH', 'login not allowed'],
    ['TLS_NOT_OFFERED', 'tls not offered'],
    ['NO_PASSWORD', 'password missing'],
    ['PROTOCOL', 'not postgresql'],
  ] as const)('gives %s a grace period: %s', (reason, state) => {
    expect(classify(failure(reason, 'accepting'))).toMatchObject({ state, patience: 'grace' })
  })

  it.each(['ENOENT', 'TLS_SETTINGS'])('never waits where settings cannot be used: %s', (reason) => {
    expect(classify(failure(reason, 'no attempt'))).toMatchObject({
      state: 'unusable settings',
      patience: 'never',
    })
  })
})

describe('classifyAll', () => {
  const password = failure('28P01', 'accepting')
  const starting = failure('57P03', 'rejecting')
  const down = failure('ECONNREFUSED')
  const standby = failure('TARGET_SESSION_ATTRS', 'accepting')

  it.each([
    { failures: [down, starting], best: starting },
    { failures: [starting, down], best: starting },
    { failures: [password, starting], best: starting },
    { failures: [down, password], best: password },
    { failures: [starting, standby, password], best: standby },
    { failures: [failure('ENOTFOUND'), down], best: down },
    { failures: [failure('BAD', 'no attempt'), failure('TIMEOUT')], best: failure('TIMEOUT') },
  ])('takes $best.reason as the best of several hosts', ({ failures, best }) => {
    expect(classifyAll(failures)?.failure).toEqual(best)
  })

  it('takes the first of two equal hosts', () => {
    const other = { ...down, host: 'other.internal:5432' }
    expect(classifyAll([down, other])?.failure.host).toBe(down.host)
  })

  it('knows nothing of no host at all', () => {
    expect(classifyAll([])).toBeUndefined()
  })
})
