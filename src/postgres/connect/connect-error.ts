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
