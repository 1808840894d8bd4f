import { builtInLacksIt } from '../../../postgres/session/session.ts'
import { quoteLiteral } from '../../../postgres/sql/identifier.ts'
import {
  DISK_FULL,
  DUPLICATE_COLUMN,
  DUPLICATE_OBJECT,
  DUPLICATE_SCHEMA,
  DUPLICATE_TABLE,
  INSUFFICIENT_PRIVILEGE,
  INVALID_TRANSACTION_TERMINATION,
  QUERY_CANCELED,
  type ServerError,
  UNDEFINED_OBJECT,
  UNSAFE_NEW_ENUM_VALUE,
} from '../../../postgres/sql/sqlstate.ts'
import type { Blocker } from '../watch/sightings.ts'

/** What a failed statement was, for the next thing to do about it. */
export interface FailedStatement {
  readonly server: ServerError | undefined
  /** True where another session was in the way and nothing is wrong with the statement. */
  readonly isTransient: boolean
  /** The parser's node name; absent in a module, and at COMMIT. */
  readonly node: string | undefined
  /** `file:line:column`. */
  readonly label: string
  readonly revision: string
  readonly inTheWay: readonly Blocker[]
  /** All the extensions of the built-in PostgreSQL, where that is what it ran on. */
  readonly builtIn: readonly string[] | undefined
  /** How the revision is made to run statement by statement; absent where it does. */
  readonly withoutTransaction: string | undefined
}

/** Where the server says that it has no files of an extension. */
const NO_CONTROL_FILE = 'parse_extension_control_file'

/** What there is already: often a schema that was made before pgate came. */
const EXISTS: ReadonlySet<string> = new Set([
  DUPLICATE_TABLE,
  DUPLICATE_OBJECT,
  DUPLICATE_COLUMN,
  DUPLICATE_SCHEMA,
])

/** What an extension may be missing for: a type, or a function. */
const UNDEFINED: ReadonlySet<string> = new Set([UNDEFINED_OBJECT, '42883'])

const EXTENSION_NODES: ReadonlySet<string> = new Set([
  'CreateExtensionStmt',
  'AlterExtensionStmt',
  'AlterExtensionContentsStmt',
])

/** The next thing to do, in a sentence or two. */
export function failureHint(failed: FailedStatement): string {
  const { server, node = '', label } = failed
  if (failed.isTransient) {
    const isWaitedFor = failed.inTheWay.some(({ pid, fate }) => pid !== 0 && fate === undefined)
    const also = isWaitedFor ? ' PGATE_BLOCKERS=terminate ends such sessions by itself.' : ''
    return `${transientHint(failed.inTheWay)}${also}`
  }
  if (server?.routine === NO_CONTROL_FILE && failed.builtIn !== undefined) {
    return builtInLacksIt(failed.builtIn)
  }
  if (server?.sqlstate === DISK_FULL) return diskHint(server, label)
  if (server?.sqlstate === UNSAFE_NEW_ENUM_VALUE) {
    const orOff = failed.withoutTransaction === undefined ? '' : `, or ${failed.withoutTransaction}`
    return `A new value of an enum can be used after the commit: use it in the next revision${orOff}. Then run pgate again.`
  }
  if (server?.sqlstate === INVALID_TRANSACTION_TERMINATION) {
    const how = failed.withoutTransaction ?? 'take the call out from between BEGIN and COMMIT'
    return `A procedure that commits cannot be called inside a transaction: ${how}. Then run pgate again.`
  }
  if (server?.sqlstate === QUERY_CANCELED) {
    return 'Somebody, or statement_timeout, cancelled it: see PGATE_STATEMENT_TIMEOUT, and run pgate again.'
  }
  if (server?.sqlstate === DUPLICATE_OBJECT && node === 'CreateRoleStmt') {
    return `Roles belong to the whole server, which has this one already: in ${label} create it only where pg_roles lacks it (a DO block), or create roles outside of the revisions.`
  }
  if (server !== undefined && UNDEFINED.has(server.sqlstate)) {
    return `Fix ${label} and run pgate again; where an extension brings what is missing, declare that in PGATE_EXTENSIONS (the extensions step says what it left out).`
  }
  if (server?.sqlstate === INSUFFICIENT_PRIVILEGE) return rightsHint(node, label)
  if (server !== undefined && EXISTS.has(server.sqlstate)) {
    return `Where the schema was made without pgate, say so with \`pgate stamp ${failed.revision}\`; else fix ${label}. Then run pgate again.`
  }
  return `Fix ${label} and run pgate again.`
}

/** What to do where another session is in the way. */
export function transientHint(inTheWay: readonly Blocker[]): string {
  if (inTheWay.length === 0) {
    return 'Something else holds a lock that this needs; run pgate again when it is quiet.'
  }
  const roots = inTheWay.filter(({ waitsFor }) => waitsFor.length === 0)
  const sessions = roots.flatMap(({ pid }) => (pid === 0 ? [] : `pg_terminate_backend(${pid})`))
  const ways = [
    ...(sessions.length === 0 ? [] : [`SELECT ${sessions.join(', ')}`]),
    ...roots.flatMap(({ prepared }) =>
      prepared === undefined
        ? []
        : [
            `ROLLBACK PREPARED ${quoteLiteral(prepared.gid).trim()} (in database ${prepared.database}, as its owner or a superuser)`,
          ],
    ),
  ]
  const what = sessions.length === 0 ? 'transaction' : 'session'
  return `Wait until that ${what} is done, or end it: ${ways.join('; ')}; then run pgate again.`
}

/** Parallel workers of an index build share memory that a container gives 64 MB of. */
function diskHint({ routine }: ServerError, label: string): string {
  if (routine?.startsWith('dsm_impl') !== true) {
    return 'Give the server disk space and run pgate again.'
  }
  return `It is /dev/shm that is full, not the disk: give the server's container more of it (docker run --shm-size=1g, shm_size in compose, an emptyDir of medium Memory at /dev/shm in Kubernetes), or write SET LOCAL max_parallel_maintenance_workers = 0; before ${label}.`
}

function rightsHint(node: string, label: string): string {
  if (EXTENSION_NODES.has(node)) {
    return `Declare the extension in PGATE_EXTENSIONS and set PGATE_ADMIN_URL to a role that may create it; then take the statement out of ${label}, or write IF NOT EXISTS.`
  }
  return `Grant the role that pgate connects as what ${label} needs, or set PGATE_ROLE to a role that has it; then run pgate again.`
}
