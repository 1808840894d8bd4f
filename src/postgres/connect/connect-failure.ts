import { oneLine } from '../../base/words.ts'
import { codeOf } from '../session/connection-lost.ts'
import {
  CANNOT_CONNECT_NOW,
  INVALID_AUTHORIZATION,
  INVALID_CATALOG_NAME,
  INVALID_PASSWORD,
  sqlstateOf,
} from '../sql/sqlstate.ts'
import { type HostTarget, hostLabel } from './target.ts'

/** How one attempt against one host failed. */
export interface ConnectFailure {
  /** `db.internal:5432`, or the socket's path; never a secret. */
  readonly host: string
  /**
   * What pg_isready would say: `accepting` where the server answered anything but 57P03 (a refused
   * password too), `rejecting` for 57P03, `no response` where nothing useful answered, `no attempt`
   * where the settings cannot be used.
   */
  readonly ping: 'accepting' | 'rejecting' | 'no response' | 'no attempt'
  /**
   * A SQLSTATE (`28P01`), a system error (`ECONNREFUSED`, `ENOTFOUND`), a TLS error code of Node
   * (`CERT_HAS_EXPIRED`), or an {@link AttemptReason}.
   */
  readonly reason: string
  /** One sentence for people; never a secret. */
  readonly message: string
  /** Process ids of the sessions that keep the first question from its answer. */
  readonly inTheWay?: readonly number[]
}

/** Why an attempt ended where neither the server nor the system gave a code. */
export type AttemptReason =
  /** No session within the time for one host. */
  | 'TIMEOUT'
  /** The socket closed in the handshake. */
  | 'CLOSED'
  /** The server said N to TLS, or did not agree to speak PostgreSQL over it. */
  | 'TLS_NOT_OFFERED'
  /** A certificate, a key or a root certificate is missing or unusable on this side. */
  | 'TLS_SETTINGS'
  /** What answered does not speak PostgreSQL's protocol. */
  | 'PROTOCOL'
  /** The server asks for a password and there is none. */
  | 'NO_PASSWORD'
  /** channel_binding=require, and the server cannot prove that nobody stands between. */
  | 'CHANNEL_BINDING'
  /** The server asks for a login that require_auth forbids. */
  | 'REQUIRE_AUTH'
  /** The server asks for more iterations of SCRAM than pgate will do. */
  | 'SCRAM_ITERATIONS'
  /** The login failed on this side: a way to log in that is not supported, or a false server. */
  | 'AUTHENTICATION'
  /** Connected, but not the kind of session that target_session_attrs asks for. */
  | 'TARGET_SESSION_ATTRS'

/** An attempt that ended for a reason of our own. */
export class AttemptError extends Error {
  readonly reason: AttemptReason

  constructor(reason: AttemptReason, message: string, cause?: unknown) {
    super(message, { cause })
    this.name = 'AttemptError'
    this.reason = reason
  }
}

/**
 * No host gave a session. {@link failures} has one entry for each host that was tried, in order:
 * as in libpq, an answer that refuses the login ends the search.
 */
export class ConnectError extends Error {
  readonly failures: readonly ConnectFailure[]

  constructor(failures: readonly ConnectFailure[], cause?: unknown) {
    super(failures.map((failure) => `${failure.host}: ${failure.message}`).join('; '), { cause })
    this.name = 'ConnectError'
    this.failures = failures
  }
}

/** How far an attempt came; written by the attempt, read where it failed. */
export interface ConnectProgress {
  phase: 'connecting' | 'tls' | 'startup'
  /** TLS stands: the server offered it and the handshake succeeded. */
  encrypted: boolean
  /** The server asked for a login, or let it pass: to pg_isready it is accepting. */
  asked: boolean
}

/** What is to be tried after a failure. */
export type Next = 'other encryption' | 'next address' | 'next host' | 'nothing'

/** System errors of Node.js (`ECONNREFUSED`); its own errors (`ERR_TLS_…`) are none. */
const SYSTEM_ERROR = /^E(?!RR_)[A-Z0-9_]+$/

/** What people read for the system errors they meet most. */
const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there (ECONNREFUSED)',
  ECONNRESET: 'the connection was reset (ECONNRESET)',
  ENOTFOUND: 'the host name is not known (ENOTFOUND)',
  EAI_AGAIN: 'the host name cannot be looked up just now (EAI_AGAIN)',
  ENOENT: 'there is no such socket (ENOENT)',
  EACCES: 'the socket may not be used (EACCES)',
  EHOSTUNREACH: 'there is no route to the host (EHOSTUNREACH)',
  ENETUNREACH: 'there is no route to the network (ENETUNREACH)',
  ETIMEDOUT: 'the host did not answer (ETIMEDOUT)',
}

/** Classifies a failed attempt as libpq's PQping would; what it does not know is thrown on. */
export function connectFailure(
  host: HostTarget,
  error: unknown,
  progress: ConnectProgress,
): ConnectFailure {
  const reason = reasonOf(error)
  if (reason === undefined || !(error instanceof Error)) throw error
  // What is no server's that has proven itself must make no line of its own.
  const message = SENTENCES[reason] ?? oneLine(error.message)
  return { host: hostLabel(host), ping: pingOf(error, reason, progress), reason, message }
}

function reasonOf(error: unknown): string | undefined {
  return error instanceof AttemptError ? error.reason : codeOf(error)
}

/** @see PQping's internal_ping in https://github.com/postgres/postgres/blob/master/src/interfaces/libpq/fe-connect.c */
function pingOf(error: Error, reason: string, progress: ConnectProgress): ConnectFailure['ping'] {
  if (progress.asked) return 'accepting'
  if (reason === 'TLS_SETTINGS') return 'no attempt'
  const sqlstate = sqlstateOf(error)
  if (sqlstate === undefined) return 'no response'
  return sqlstate === CANNOT_CONNECT_NOW ? 'rejecting' : 'accepting'
}

/**
 * What libpq would try next. A server that refused (an SQLSTATE) may take the session with the
 * other encryption, where the mode has one; a failed TLS handshake too. Not so where the password is
 * wrong or the database missing, which stays so without TLS: unlike libpq, no second login then shows
 * a password to a plain connection. An answer then ends the
 * search, except "cannot connect now" and the wrong kind of server: those send it to the next host.
 * Where nothing answered, the next address of the same host is tried.
 */
export function nextAfter(
  error: unknown,
  progress: ConnectProgress,
  otherEncryption: boolean,
): Next {
  const reason = reasonOf(error)
  if (reason === CANNOT_CONNECT_NOW || reason === 'TARGET_SESSION_ATTRS') return 'next host'
  if (reason === 'TIMEOUT') return 'next address'
  const refused = sqlstateOf(error) !== undefined
  if (reason === INVALID_PASSWORD || reason === INVALID_CATALOG_NAME) return 'nothing'
  if (otherEncryption && (refused || progress.phase === 'tls')) return 'other encryption'
  if (reason === 'CLOSED' || SYSTEM_ERROR.test(refused ? '' : (reason ?? ''))) return 'next address'
  return 'nothing'
}

/**
 * The more specific one of two failures against the same host: a server's word over none, and any
 * word over "no pg_hba.conf entry" (28000), which says no more than that the way was the wrong one;
 * of two equal ones the first.
 */
export function moreSpecific(first: ConnectFailure, second: ConnectFailure): ConnectFailure {
  return specificity(second) > specificity(first) ? second : first
}

const UNROUTABLE = new Set(['ENETUNREACH', 'EHOSTUNREACH', 'EADDRNOTAVAIL', 'EAFNOSUPPORT'])

function specificity({ ping, reason }: ConnectFailure): number {
  if (ping === 'accepting') return reason === INVALID_AUTHORIZATION ? 3 : 4
  if (ping === 'rejecting') return 2
  return UNROUTABLE.has(reason) ? 0 : 1
}
