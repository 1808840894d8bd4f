import type { AttemptReason, ConnectFailure } from '../../postgres/connect/connect-failure.ts'

/** What stands between pgate and a usable session; for people, and stable for machines. */
export type WaitState =
  | 'blocked'
  | 'unknown host'
  | 'unreachable'
  | 'nothing listening'
  | 'connection closed'
  | 'starting up'
  | 'shutting down'
  | 'too many connections'
  | 'server busy'
  | 'tls not offered'
  | 'in recovery'
  | 'read only'
  | 'other kind of server'
  | 'password refused'
  | 'password missing'
  | 'role refused'
  | 'no such database'
  | 'not permitted'
  | 'tls refused'
  | 'login not allowed'
  | 'login too costly'
  | 'not postgresql'
  | 'connection refused by the server'
  | 'unusable settings'

/**
 * What to do about a failure: `wait` as long as the wait timeout lasts, `grace` a little because
 * the official image answers so while it initialises, `never` at once.
 */
export type Patience = 'wait' | 'grace' | 'never'

/** A failed attempt, understood. */
export interface Classified {
  readonly state: WaitState
  readonly patience: Patience
  /** The failure it was read from. */
  readonly failure: ConnectFailure
}

type AttemptVerdict = readonly [WaitState, Patience]

/** @see https://www.postgresql.org/docs/current/errcodes-appendix.html */
const BY_SQLSTATE: Readonly<Record<string, AttemptVerdict>> = {
  '57P03': ['starting up', 'wait'],
  '57P01': ['shutting down', 'wait'],
  '57P02': ['shutting down', 'wait'],
  '53300': ['too many connections', 'wait'],
  '28P01': ['password refused', 'grace'],
  '28000': ['role refused', 'grace'],
  '3D000': ['no such database', 'grace'],
  '42501': ['not permitted', 'grace'],
}

/**
 * Classes of SQLSTATE that pass by themselves. 08 is what PgBouncer answers (08P01) while the
 * server behind it is away.
 */
const BY_SQLSTATE_CLASS: Readonly<Record<string, AttemptVerdict>> = {
  '08': ['server busy', 'wait'],
  '53': ['server busy', 'wait'],
  '57': ['server busy', 'wait'],
  '58': ['server busy', 'wait'],
}

/** The reasons of our own; complete, so that a new one does not compile without its verdict. */
const BY_OWN_REASON: Readonly<Record<AttemptReason, AttemptVerdict>> = {
  TIMEOUT: ['unreachable', 'wait'],
  CLOSED: ['connection closed', 'wait'],
  TLS_NOT_OFFERED: ['tls not offered', 'grace'],
  TARGET_SESSION_ATTRS: ['other kind of server', 'wait'],
  PROTOCOL: ['not postgresql', 'grace'],
  NO_PASSWORD: ['password missing', 'grace'],
  REQUIRE_AUTH: ['login not allowed', 'grace'],
  SCRAM_ITERATIONS: ['login too costly', 'never'],
  CHANNEL_BINDING: ['connection refused by the server', 'grace'],
  AUTHENTICATION: ['connection refused by the server', 'grace'],
  TLS_SETTINGS: ['unusable settings', 'never'],
}

/** System errors, and what probe.ts finds after a session was given. */
const BY_REASON: Readonly<Record<string, AttemptVerdict>> = {
  ...BY_OWN_REASON,
  ENOTFOUND: ['unknown host', 'wait'],
  EAI_AGAIN: ['unknown host', 'wait'],
  ECONNREFUSED: ['nothing listening', 'wait'],
  ENOENT: ['nothing listening', 'wait'],
  ECONNRESET: ['connection closed', 'wait'],
  EPIPE: ['connection closed', 'wait'],
  CONNECTION_CLOSED: ['connection closed', 'wait'],
  EHOSTUNREACH: ['unreachable', 'wait'],
  ENETUNREACH: ['unreachable', 'wait'],
  ETIMEDOUT: ['unreachable', 'wait'],
  BLOCKED: ['blocked', 'wait'],
  NO_ANSWER: ['server busy', 'wait'],
  IN_RECOVERY: ['in recovery', 'wait'],
  READ_ONLY: ['read only', 'wait'],
}

const BY_PING: Readonly<Record<ConnectFailure['ping'], AttemptVerdict>> = {
  accepting: ['connection refused by the server', 'grace'],
  rejecting: ['starting up', 'wait'],
  'no response': ['unreachable', 'wait'],
  'no attempt': ['unusable settings', 'never'],
}

/**
 * Certificates that Node would not accept, by the code of the error.
 * @see https://nodejs.org/api/tls.html#x509-certificate-error-codes
 */
const TLS_REASON =
  /^(?:CERT_|CRL_|ERR_SSL_|ERR_TLS_|ERR_OSSL_|UNABLE_TO_|ERROR_IN_C|(?:DEPTH_ZERO_)?SELF_SIGNED_|HOSTNAME_MISMATCH$|INVALID_(?:CA|PURPOSE)$|PATH_LENGTH_EXCEEDED$|EPROTO$)/

const SQLSTATE = /^[0-9A-Z]{5}$/

/** Every state, the nearest to a usable session first. */
const NEAREST_FIRST: readonly WaitState[] = [
  'blocked',
  'read only',
  'in recovery',
  'other kind of server',
  'too many connections',
  'server busy',
  'starting up',
  'shutting down',
  'not permitted',
  'no such database',
  'connection refused by the server',
  'role refused',
  'password refused',
  'password missing',
  'login not allowed',
  'login too costly',
  'tls refused',
  'not postgresql',
  'tls not offered',
  'connection closed',
  'nothing listening',
  'unreachable',
  'unknown host',
  'unusable settings',
]

/** What one host's failure means. Decided by its reason; one that no table has, by its ping. */
export function classify(failure: ConnectFailure): Classified {
  const [state, patience] = verdictOn(failure)
  return Object.freeze({ state, patience, failure })
}

/**
 * What an attempt against several hosts means: the result nearest to a usable session counts, and
 * the earlier host of two equal ones. Undefined for no failures at all.
 */
export function classifyAll(failures: readonly ConnectFailure[]): Classified | undefined {
  const rank = (one: Classified) => NEAREST_FIRST.indexOf(one.state)
  return failures.map(classify).toSorted((one, other) => rank(one) - rank(other))[0]
}

function verdictOn({ ping, reason }: ConnectFailure): AttemptVerdict {
  if (ping === 'no attempt') return BY_PING[ping]
  const known = BY_SQLSTATE[reason] ?? BY_REASON[reason]
  if (known) return known
  if (TLS_REASON.test(reason)) return ['tls refused', 'grace']
  const passing = SQLSTATE.test(reason) ? BY_SQLSTATE_CLASS[reason.slice(0, 2)] : undefined
  return passing ?? BY_PING[ping]
}
