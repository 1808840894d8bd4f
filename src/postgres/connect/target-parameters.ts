/** A connection parameter as libpq names it, and what pgate makes of it. */
export interface Parameter {
  readonly name: string
  /** The environment variable that libpq reads where the parameter is not given. */
  readonly variable?: string
  /**
   * `used`: honoured. A list: these values are right here, every other one is refused for the
   * reason in `because`. Absent: refused whatever its value.
   */
  readonly accepts?: 'used' | readonly string[]
  /** Why it is refused, and what to do: a sentence. */
  readonly because?: string
}

const NO_GSS = 'pgate does not speak GSSAPI: take it out.'
const NO_SERVICE = 'pgate does not read service files: give host, port, dbname and user themselves.'
const NO_KEEPALIVE =
  'pgate has its own keepalive timing (dead after two silent minutes): take it out.'
const NO_PEER =
  'pgate cannot see who owns the server: take it out, or use sslmode=verify-full and channel_binding=require.'
const NO_PROTOCOL = 'pgate speaks protocol 3.0, which every server takes: take it out.'
const NO_TLS_VERSION = 'pgate takes TLS 1.2 and later, as libpq does: take it out.'
const NO_OAUTH = 'pgate does not log in by OAuth: use a password or a certificate.'
const IN_OPTIONS = 'pgate does not send it by itself: set it by PGOPTIONS, as in -c datestyle=ISO.'

/**
 * Every parameter of libpq 18 and earlier, with its variable, and what asyncpg and JDBC call theirs.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
export const PARAMETERS: readonly Parameter[] = [
  { name: 'host', variable: 'PGHOST', accepts: 'used' },
  { name: 'port', variable: 'PGPORT', accepts: 'used' },
  { name: 'dbname', variable: 'PGDATABASE', accepts: 'used' },
  { name: 'user', variable: 'PGUSER', accepts: 'used' },
  { name: 'password', variable: 'PGPASSWORD', accepts: 'used' },
  { name: 'passfile', variable: 'PGPASSFILE', accepts: 'used' },
  { name: 'channel_binding', variable: 'PGCHANNELBINDING', accepts: 'used' },
  { name: 'require_auth', variable: 'PGREQUIREAUTH', accepts: 'used' },
  { name: 'connect_timeout', variable: 'PGCONNECT_TIMEOUT', accepts: 'used' },
  { name: 'options', variable: 'PGOPTIONS', accepts: 'used' },
  { name: 'application_name', variable: 'PGAPPNAME', accepts: 'used' },
  { name: 'fallback_application_name', accepts: 'used' },
  { name: 'keepalives', accepts: 'used' },
  { name: 'sslmode', variable: 'PGSSLMODE', accepts: 'used' },
  { name: 'sslnegotiation', variable: 'PGSSLNEGOTIATION', accepts: 'used' },
  { name: 'sslcert', variable: 'PGSSLCERT', accepts: 'used' },
  { name: 'sslkey', variable: 'PGSSLKEY', accepts: 'used' },
  { name: 'sslrootcert', variable: 'PGSSLROOTCERT', accepts: 'used' },
  { name: 'sslcrl', variable: 'PGSSLCRL', accepts: 'used' },
  { name: 'sslsni', variable: 'PGSSLSNI', accepts: 'used' },
  { name: 'target_session_attrs', variable: 'PGTARGETSESSIONATTRS', accepts: 'used' },
  {
    name: 'client_encoding',
    variable: 'PGCLIENTENCODING',
    accepts: ['auto', 'utf8', 'utf-8', 'unicode'],
    because: 'pgate reads and writes UTF-8 only; the server converts: take it out.',
  },
  {
    name: 'gssencmode',
    variable: 'PGGSSENCMODE',
    accepts: ['disable', 'prefer'],
    because: 'pgate does not speak GSSAPI: write disable.',
  },
  {
    name: 'load_balance_hosts',
    variable: 'PGLOADBALANCEHOSTS',
    accepts: ['disable'],
    because: 'pgate tries hosts in the order given: write disable, or put them in your order.',
  },
  {
    name: 'sslcompression',
    variable: 'PGSSLCOMPRESSION',
    accepts: ['0'],
    because: 'TLS compression is unsafe and no longer offered: write 0.',
  },
  {
    name: 'sslcertmode',
    variable: 'PGSSLCERTMODE',
    accepts: ['allow'],
    because: 'pgate sends a client certificate where there is one: write allow.',
  },
  { name: 'service', variable: 'PGSERVICE', because: NO_SERVICE },
  { name: 'servicefile', variable: 'PGSERVICEFILE', because: NO_SERVICE },
  { name: 'hostaddr', variable: 'PGHOSTADDR', because: 'Put the address into host instead.' },
  { name: 'keepalives_idle', because: NO_KEEPALIVE },
  { name: 'keepalives_interval', because: NO_KEEPALIVE },
  { name: 'keepalives_count', because: NO_KEEPALIVE },
  { name: 'tcp_user_timeout', because: NO_KEEPALIVE },
  { name: 'replication', because: 'pgate needs ordinary sessions: take it out.' },
  {
    name: 'sslpassword',
    because: 'pgate reads client keys without a passphrase only: decrypt the key file.',
  },
  {
    name: 'sslcrldir',
    variable: 'PGSSLCRLDIR',
    because: 'pgate reads revoked certificates from one file: use sslcrl.',
  },
  { name: 'sslkeylogfile', because: 'pgate does not write TLS secrets to a file: take it out.' },
  { name: 'requiressl', variable: 'PGREQUIRESSL', because: 'Write sslmode=require instead.' },
  { name: 'requirepeer', variable: 'PGREQUIREPEER', because: NO_PEER },
  { name: 'min_protocol_version', variable: 'PGMINPROTOCOLVERSION', because: NO_PROTOCOL },
  { name: 'max_protocol_version', variable: 'PGMAXPROTOCOLVERSION', because: NO_PROTOCOL },
  {
    name: 'ssl_min_protocol_version',
    variable: 'PGSSLMINPROTOCOLVERSION',
    because: NO_TLS_VERSION,
  },
  {
    name: 'ssl_max_protocol_version',
    variable: 'PGSSLMAXPROTOCOLVERSION',
    because: NO_TLS_VERSION,
  },
  { name: 'krbsrvname', variable: 'PGKRBSRVNAME', because: NO_GSS },
  { name: 'gsslib', variable: 'PGGSSLIB', because: NO_GSS },
  { name: 'gssdelegation', variable: 'PGGSSDELEGATION', because: NO_GSS },
  { name: 'scram_client_key', because: 'pgate logs in by the password itself: give that.' },
  { name: 'scram_server_key', because: 'pgate logs in by the password itself: give that.' },
  { name: 'oauth_issuer', because: NO_OAUTH },
  { name: 'oauth_client_id', because: NO_OAUTH },
  { name: 'oauth_client_secret', because: NO_OAUTH },
  { name: 'oauth_scope', because: NO_OAUTH },
  { name: 'authtype', because: 'libpq itself no longer uses it: take it out.' },
  { name: 'tty', because: 'libpq itself no longer uses it: take it out.' },
  { name: 'datestyle', variable: 'PGDATESTYLE', because: IN_OPTIONS },
  { name: 'timezone', variable: 'PGTZ', because: IN_OPTIONS },
  { name: 'geqo', variable: 'PGGEQO', because: IN_OPTIONS },
]

const BY_NAME = new Map(PARAMETERS.map((parameter) => [parameter.name, parameter]))

/** The parameter of that name; undefined where libpq knows none. */
export function parameterNamed(name: string): Parameter | undefined {
  return BY_NAME.get(name)
}

/** Why this value of this parameter cannot be used; undefined where it can. */
export function refusal(parameter: Parameter, value: string): string | undefined {
  const { accepts } = parameter
  if (accepts === 'used' || accepts?.includes(value.toLowerCase())) return undefined
  // A value is shown only where it cannot be a secret.
  const found = accepts === undefined ? '' : `found ${JSON.stringify(value)}; `
  return `${found}not supported. ${parameter.because}`
}
