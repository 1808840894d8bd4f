/** One statement's outcome. */
export interface QueryResult<Row> {
  readonly rows: readonly Row[]
  /** Rows returned or affected; 0 for statements that count none. */
  readonly rowCount: number
}

/** One statement of a pipeline. */
export interface PipelineStatement {
  readonly text: string
  readonly values?: readonly unknown[]
  /** A statement that comes again in the same pipeline, with other values, is parsed once under its name. */
  readonly name?: string
  /** False: its answer may come together with a later one's. Default true. */
  readonly flush?: boolean
}

/** How a pipeline ended. */
export interface PipelineResult {
  /** Of the statements that were completed, in order. */
  readonly results: readonly QueryResult<Record<string, unknown>>[]
  /** The statement that failed, and the driver's or the socket's error; absent where none did. */
  readonly failure?: { readonly index: number; readonly error: unknown }
}

/**
 * One open, authenticated connection: a real server's or the embedded one's. Nothing outside
 * `src/postgres/` and `src/embedded/` knows the driver.
 */
export interface Session {
  readonly server: ServerVersion
  /** The process id of the protocol's BackendKeyData; through a pooler it is the pooler's own. */
  readonly processId: number
  /** Whether TLS carries it; absent where nothing leaves the machine (a Unix socket, embedded). */
  readonly isEncrypted?: boolean
  /**
   * Runs one statement (simple protocol without `values`, extended with) or, without `values`,
   * several at once, of which the last one's rows are returned. Calls are queued in order.
   * @throws the driver's DatabaseError (see sqlstate.ts) or the socket's error, unchanged
   */
  query<Row = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<QueryResult<Row>>
  /**
   * Runs one COPY … FROM STDIN and sends its data, which have no `\\.` at their end, along.
   * @throws as query
   */
  copyIn(text: string, data: string): Promise<QueryResult<never>>
  /**
   * Runs statements in one round trip: they leave together, and at the first that fails the server
   * passes over the rest. Outside a transaction block they are one implicit transaction; `begin` and
   * `commit` may be among them. One statement in each text. Never rejects: what went wrong, the
   * connection's loss included, is in the outcome.
   * @param onResult called with the index of each statement as soon as it is completed; without it
   *   all answers come at the end
   */
  pipeline(
    statements: readonly PipelineStatement[],
    onResult?: (index: number) => void,
  ): Promise<PipelineResult>
  /** What the protocol says of the transaction after the last answer. */
  transactionStatus(): 'idle' | 'open' | 'failed' | 'unknown'
  /** NOTICE, WARNING and the like, as the server sends them. */
  onNotice(listener: (notice: Notice) => void): void
  /**
   * Asks the server, over another connection, to cancel what this one runs. Resolves when it has
   * been asked, or when asking turned out impossible; never rejects.
   */
  cancel(): Promise<void>
  /**
   * Ends the session; never rejects, never waits longer than two seconds.
   * It waits for the `server` to close the connection (the default), or for its own message to be
   * flushed, which reaches the server even where this process has ended by then.
   */
  close(options?: { readonly waitFor: 'server' | 'flush' }): Promise<void>
}

export interface ServerVersion {
  /** As the server reports it: `17.5 (Debian 17.5-1)`. */
  readonly text: string
  readonly major: number
  /** All the extensions that the built-in PostgreSQL can create; absent: a server. */
  readonly builtIn?: readonly string[]
}

/**
 * What to do where the built-in PostgreSQL lacks an extension.
 * @param extensions all that it has
 */
export function builtInLacksIt(extensions: readonly string[]): string {
  return `The built-in PostgreSQL has ${extensions.join(', ')}: use a server that has it (pgate manifest --shadow-url <url>, and --database-url <url> for other commands).`
}

export interface Notice {
  readonly severity: string
  readonly code: string
  readonly message: string
  /** Only where it can hold no value of a row. */
  readonly detail?: string
}

/** Where sessions come from: a server, or the embedded PostgreSQL. */
export interface Database {
  /** For people and logs: `db.internal:5432/app`, or `embedded`; never a secret. */
  readonly label: string
  /** True where every session is the same single one (embedded): nobody else can be connected. */
  readonly exclusive: boolean
  /** Where connections next to the working one come from; absent: from here. */
  readonly side?: Database
  /**
   * One attempt to open a session: each host once, in order, until one fits.
   * @throws ConnectError where no host gave a session
   */
  connect(options: ConnectOptions): Promise<Session>
}

export interface ConnectOptions {
  /** For the whole attempt against one host, in milliseconds; 1 or more. */
  readonly timeoutMs: number
  /** Aborting rejects at once with the signal's reason. */
  readonly signal: AbortSignal
}

/** Opens a session, lends it to `use`, and closes it whatever happens. */
export async function withSession<T>(
  database: Database,
  options: ConnectOptions,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await database.connect(options)
  try {
    return await use(session)
  } finally {
    await session.close()
  }
}
