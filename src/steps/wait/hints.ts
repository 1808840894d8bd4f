import type { ConnectionTarget } from '../../postgres/connect/target.ts'
import type { Classified, WaitState } from './classify.ts'

/** What the hints may name: never the password. */
export type NamedConnection = Pick<
  ConnectionTarget,
  'user' | 'database' | 'hosts' | 'sslmode' | 'passwordFrom' | 'passfile'
>

type Hint = (named: NamedConnection | undefined, failure: Classified['failure']) => string

const OTHER_SERVER =
  'point the connection to the primary, or list every host and set PGTARGETSESSIONATTRS=read-write'

/** The next thing to do, by state. Complete, so that a new state does not compile without one. */
const HINTS: Readonly<Record<WaitState, Hint>> = {
  blocked: (_, { inTheWay: [pid] = [] }) =>
    `Another session holds a lock that the first question needs: let it finish, or end it with psql -c 'SELECT pg_terminate_backend(${pid ?? '…'})'.`,
  'unknown host': () =>
    'Check the host name, and that the database service is on the same network as this one.',
  unreachable: () =>
    'Nothing answers at that address: check the host, and that no firewall or network policy drops packets to its port.',
  'nothing listening': () =>
    'The host is there and nothing listens on the port: check that the server is started, and the port (DB_PORT or the URL).',
  'connection closed': () =>
    'Something accepts connections there and closes them: check that it is PostgreSQL itself or a healthy pooler, and read its log.',
  'starting up': () =>
    'The server is starting up or recovering: read its log, and raise PGATE_WAIT_TIMEOUT where recovery simply takes longer.',
  'shutting down': () => 'The server is shutting down: start it again, or wait for its successor.',
  'too many connections': () =>
    'Every connection slot is taken: raise max_connections, or find who holds them in pg_stat_activity.',
  'server busy': () =>
    'The server, or the pooler before it, is there and cannot serve: read its log.',
  'tls not offered': (named) =>
    `The server offers no TLS and sslmode=${named?.sslmode ?? 'require'} wants it: see that it is the server that answers there, and nobody in between, and set ssl = on in its postgresql.conf.`,
  'in recovery': () => `This server is a standby: ${OTHER_SERVER}.`,
  'read only': () =>
    `Transactions are read-only here: look for default_transaction_read_only on the server, the database or the role, or ${OTHER_SERVER}.`,
  'other kind of server': () =>
    'No host is the kind of server that target_session_attrs asks for: check PGTARGETSESSIONATTRS and the list of hosts.',
  'password refused': (named) =>
    `Check the password${forRole(named)} in ${passwordPlace(named)}; a server keeps the password that its data directory was first made with.`,
  'password missing': (named) =>
    `The server asks for a password${forRole(named)}: give it in DATABASE_URL (or DATABASE__URL), DB_PASSWORD or PGPASSWORD, or in the file that their _FILE twin names.`,
  'not postgresql': () =>
    'What answers there does not speak PostgreSQL: check host and port, and what stands in between.',
  'role refused': (named) =>
    `Check that the role${quoted(named?.user)} exists and may log in (ALTER ROLE … LOGIN), and that pg_hba.conf lets it in from this address, with or without TLS as sslmode says.`,
  'no such database': (named) => `Create the database: ${createdb(named)}`,
  'not permitted': (named) =>
    `Let the role connect: GRANT CONNECT ON DATABASE "${named?.database ?? '…'}" TO "${named?.user ?? '…'}";`,
  'tls refused': () =>
    'Check the server certificate and PGSSLROOTCERT, PGSSLMODE, PGSSLCERT and PGSSLKEY: verify-full wants a certificate for this very host name from a known authority.',
  'login not allowed': () =>
    'The server asks for a login that PGREQUIREAUTH (require_auth) forbids: see that it is the server that answers there, and nobody in between, and which method its pg_hba.conf gives the role.',
  'login too costly': (named) =>
    `Set the password${forRole(named)} again with fewer iterations: SET scram_iterations = 600000, then \\password in the same psql session.`,
  'connection refused by the server': () =>
    'The server answers and will not have this connection: correct what it says, or read its log.',
  'unusable settings': () => 'Correct the connection settings: nothing was sent anywhere.',
}

/** The next thing to do about a failed attempt, in one sentence; never a secret. */
export function hintFor(
  { state, failure }: Classified,
  named: NamedConnection | undefined,
): string {
  return HINTS[state](named, failure)
}

/** Where the refused password came from. */
function passwordPlace(named: NamedConnection | undefined): string {
  if (named?.passwordFrom !== undefined) return named.passwordFrom
  return named?.passfile ?? 'the connection'
}

function quoted(name: string | undefined): string {
  return name === undefined ? '' : ` "${name}"`
}

function forRole(named: NamedConnection | undefined): string {
  return named === undefined ? '' : ` of the role "${named.user}"`
}

/** The command to paste. The first host stands for all: a standby copies what the primary has. */
function createdb(named: NamedConnection | undefined): string {
  if (named === undefined) return 'createdb'
  const [first] = named.hosts
  const where = first ? ` --host ${shell(first.host)} --port ${first.port}` : ''
  return `createdb${where} --username ${shell(named.user)} ${shell(named.database)}`
}

function shell(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`
}
