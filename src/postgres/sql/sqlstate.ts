import { isLostSocket } from '../session/connection-lost.ts'

/**
 * PostgreSQL's error codes that pgate decides by, each with what it means here.
 * @see https://www.postgresql.org/docs/current/errcodes-appendix.html
 */

/** The server is starting up, shutting down or recovering: try again. */
export const CANNOT_CONNECT_NOW = '57P03'
/** The password is wrong. */
export const INVALID_PASSWORD = '28P01'
/** No pg_hba.conf entry, no such role, or a role that may not log in. */
export const INVALID_AUTHORIZATION = '28000'
/** No such database. */
export const INVALID_CATALOG_NAME = '3D000'

/** lock_timeout passed, or NOWAIT met a lock. */
export const LOCK_NOT_AVAILABLE = '55P03'
export const DEADLOCK_DETECTED = '40P01'
export const SERIALIZATION_FAILURE = '40001'
/** Cancelled: by a cancel request, or by statement_timeout. */
export const QUERY_CANCELED = '57014'
/** The server or the transaction is read-only: a standby, for one. */
export const READ_ONLY_TRANSACTION = '25006'

/** No savepoint of that name. */
export const NO_SAVEPOINT = '3B001'
/** A statement that needs a transaction block stands outside one. */
export const NO_TRANSACTION = '25P01'

export const INSUFFICIENT_PRIVILEGE = '42501'
export const UNDEFINED_COLUMN = '42703'
export const UNDEFINED_OBJECT = '42704'
export const DUPLICATE_TABLE = '42P07'
export const DUPLICATE_OBJECT = '42710'
export const DUPLICATE_DATABASE = '42P04'
export const DUPLICATE_COLUMN = '42701'
export const DUPLICATE_SCHEMA = '42P06'
export const UNIQUE_VIOLATION = '23505'
/** `elog(ERROR)`: what the server did not expect; distinguished by its routine. */
export const INTERNAL_ERROR = 'XX000'
/** COMMIT or ROLLBACK in a procedure that was called inside a transaction. */
export const INVALID_TRANSACTION_TERMINATION = '2D000'
/** A value of an enum was used in the transaction that has added it. */
export const UNSAFE_NEW_ENUM_VALUE = '55P04'
export const DISK_FULL = '53100'
/** What a statement of pgate's own says where something is not as it has to be. */
export const DIVISION_BY_ZERO = '22012'
/** The same, where two things have to be distinguished: a square root of what is negative. */
export const NEGATIVE_ROOT = '2201F'
export const INVALID_PARAMETER_VALUE = '22023'

/** Ended by an administrator: pg_terminate_backend, or a fast shutdown. */
export const ADMIN_SHUTDOWN = '57P01'
/** Another server process crashed and took this one along. */
export const CRASH_SHUTDOWN = '57P02'
/** The database was dropped under the session. */
export const DATABASE_DROPPED = '57P04'
/** idle_session_timeout passed. */
export const IDLE_SESSION_TIMEOUT = '57P05'
/** idle_in_transaction_session_timeout passed. */
export const IDLE_IN_TRANSACTION_TIMEOUT = '25P03'
/** transaction_timeout passed. */
export const TRANSACTION_TIMEOUT = '25P04'

/** The settings that end a session, by the SQLSTATE that the server gives as the reason. */
export const SESSION_LIMITS: Readonly<Record<string, string>> = {
  [IDLE_IN_TRANSACTION_TIMEOUT]: 'idle_in_transaction_session_timeout',
  [IDLE_SESSION_TIMEOUT]: 'idle_session_timeout',
  [TRANSACTION_TIMEOUT]: 'transaction_timeout',
}

/** After these the server itself closes the connection. */
const ENDS_THE_SESSION: ReadonlySet<string> = new Set([
  ADMIN_SHUTDOWN,
  CRASH_SHUTDOWN,
  CANNOT_CONNECT_NOW,
  DATABASE_DROPPED,
  IDLE_SESSION_TIMEOUT,
  IDLE_IN_TRANSACTION_TIMEOUT,
  TRANSACTION_TIMEOUT,
])

/** What a server's error may report; never `detail`, which may hold row values. */
export interface ServerError {
  readonly sqlstate: string
  readonly message: string
  readonly hint?: string
  /** 1-based, in characters (code points) of the statement. */
  readonly position?: number
  readonly schema?: string
  readonly table?: string
  readonly constraint?: string
  /** The server's source that raised it (`dsm_impl_posix`): distinguishes what shares an SQLSTATE. */
  readonly routine?: string
  /** 1-based line of a COPY's data. */
  readonly dataLine?: number
  /** Names of objects, and only where it can hold no value of a row. */
  readonly detail?: string
}

/** Errors whose detail names objects alone: what depends on it, who owns it, what is running. */
const DETAIL_OF_OBJECTS: ReadonlySet<string> = new Set([
  '0A000',
  '2BP01',
  INSUFFICIENT_PRIVILEGE,
  '55006',
])

/**
 * The SQLSTATE of an error that a server sent (the driver's or the embedded one's DatabaseError),
 * or undefined for every other value. System errors such as `EPIPE` look alike and are distinguished:
 * they have no severity.
 */
export function sqlstateOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('code' in error) || !('severity' in error)) return undefined
  const { code, severity } = error
  if (typeof code !== 'string' || typeof severity !== 'string') return undefined
  return /^[0-9A-Z]{5}$/.test(code) ? code : undefined
}

const PROTOCOL_VIOLATION = '08P01'

/** What the server said, without what must not be reported; undefined where it was no server's error. */
export function serverErrorOf(error: unknown): ServerError | undefined {
  const sqlstate = sqlstateOf(error)
  if (sqlstate === undefined || !(error instanceof Error)) return undefined
  const position = Number(field(error, 'position'))
  return {
    sqlstate,
    message: error.message,
    ...named('hint', error),
    ...(position >= 1 ? { position } : {}),
    ...named('schema', error),
    ...named('table', error),
    ...named('constraint', error),
    ...named('routine', error),
    ...dataLineOf(error),
    ...(DETAIL_OF_OBJECTS.has(sqlstate) ? named('detail', error) : {}),
  }
}

/** The context says `COPY t, line 3, column a: "…"` in the server's language, with a value of the row. */
function dataLineOf(error: Error): { readonly dataLine?: number } {
  const [, line] = /^COPY .*?, \D*?(\d+)(?=$|[,:])/m.exec(String(field(error, 'where') ?? '')) ?? []
  return line === undefined ? {} : { dataLine: Number(line) }
}

/**
 * True where the session is gone with this error, whatever ended it: the socket, the network, or
 * the server (class 08, and the codes after which it closes the connection). 08P01 that is no more
 * than an error is a query with too few or too many values, and the session goes on.
 */
export function isConnectionLost(error: unknown): boolean {
  const sqlstate = sqlstateOf(error)
  if (sqlstate === undefined) return isLostSocket(error)
  if (sqlstate === PROTOCOL_VIOLATION && Reflect.get(Object(error), 'severity') === 'ERROR') {
    return false
  }
  return sqlstate.startsWith('08') || ENDS_THE_SESSION.has(sqlstate)
}

function named(name: string, error: Error): Readonly<Record<string, string>> {
  const value = field(error, name)
  return value === undefined ? {} : { [name]: value }
}

function field(error: Error, name: string): string | undefined {
  const value: unknown = Reflect.get(error, name)
  return typeof value === 'string' && value !== '' ? value : undefined
}
