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
   * (`CERT_HAS_EXPIRED`), or one of ours: `TIMEOUT`, `CLOSED` (the socket closed in the handshake),
   * `TLS_NOT_OFFERED` (the server said N), `TARGET_SESSION_ATTRS` (connected, but not the kind of
   * session that target_session_attrs asks for).
   */
  readonly reason: string
  /** One sentence for people; never a secret. */
  readonly message: string
}

/** No host gave a session. {@link failures} has one entry a host, in the order they were tried. */
export class ConnectError extends Error {
  readonly failures: readonly ConnectFailure[]

  constructor(failures: readonly ConnectFailure[], cause?: unknown) {
    super(failures.map((failure) => `${failure.host}: ${failure.message}`).join('; '), { cause })
    this.name = 'ConnectError'
    this.failures = failures
  }
}
