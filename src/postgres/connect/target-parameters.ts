/** A connection parameter as libpq names it, and what pgate makes of it. */
export interface Parameter {
  readonly name: string
  /** The environment variable that libpq reads where the parameter is not given. */
  readonly variable?: string | undefined
  /** Absent: honoured. */
  readonly refused?: {
    /** What to do instead. */
    readonly remedy: string
    /** Values that are right here all the same; absent: none. */
    readonly except?: readonly string[] | undefined
  }
}

/** What is honoured: libpq's name, and the variable where it has one. */
const USED = `host=PGHOST port=PGPORT dbname=PGDATABASE user=PGUSER password=PGPASSWORD
  passfile=PGPASSFILE channel_binding=PGCHANNELBINDING require_auth=PGREQUIREAUTH
  connect_timeout=PGCONNECT_TIMEOUT options=PGOPTIONS application_name=PGAPPNAME
  fallback_application_name keepalives sslmode=PGSSLMODE sslnegotiation=PGSSLNEGOTIATION
  sslcert=PGSSLCERT sslkey=PGSSLKEY sslrootcert=PGSSLROOTCERT sslcrl=PGSSLCRL sslsni=PGSSLSNI
  target_session_attrs=PGTARGETSESSIONATTRS`

/** What is refused, with what to do instead, and the values that are right all the same. */
const REFUSED: readonly (readonly [names: string, remedy: string, except?: string])[] = [
  [
    'client_encoding=PGCLIENTENCODING',
    'pgate reads and writes UTF-8 only, and the server converts: take it out',
    'auto utf8 utf-8 unicode',
  ],
  ['gssencmode=PGGSSENCMODE', 'pgate does not speak GSSAPI: write disable', 'disable prefer'],
  [
    'load_balance_hosts=PGLOADBALANCEHOSTS',
    'pgate tries hosts in the order given: write disable, or put them in your order',
    'disable',
  ],
  [
    'sslcompression=PGSSLCOMPRESSION',
    'TLS compression is unsafe and no longer offered: write 0',
    '0',
  ],
  [
    'sslcertmode=PGSSLCERTMODE',
    'pgate sends a client certificate where there is one: write allow',
    'allow',
  ],
  [
    'service=PGSERVICE servicefile=PGSERVICEFILE',
    'pgate does not read service files: give host, port, dbname and user themselves',
  ],
  ['hostaddr=PGHOSTADDR', 'put the address into host instead'],
  [
    'keepalives_idle keepalives_interval keepalives_count tcp_user_timeout',
    'pgate has its own keepalive timing (dead after two silent minutes): take it out',
  ],
  ['replication', 'pgate needs ordinary sessions: take it out'],
  ['sslpassword', 'pgate reads client keys without a passphrase only: decrypt the key file'],
  ['sslcrldir=PGSSLCRLDIR', 'pgate reads revoked certificates from one file: use sslcrl'],
  ['sslkeylogfile', 'pgate does not write TLS secrets to a file: take it out'],
  ['requiressl=PGREQUIRESSL', 'write sslmode=require instead'],
  [
    'requirepeer=PGREQUIREPEER',
    'pgate cannot see who owns the server: take it out, or use sslmode=verify-full and channel_binding=require',
  ],
  [
    'min_protocol_version=PGMINPROTOCOLVERSION max_protocol_version=PGMAXPROTOCOLVERSION',
    'pgate speaks protocol 3.0, which every server takes: take it out',
  ],
  [
    'ssl_min_protocol_version=PGSSLMINPROTOCOLVERSION ssl_max_protocol_version=PGSSLMAXPROTOCOLVERSION',
    'pgate takes TLS 1.2 and later, as libpq does: take it out',
  ],
  [
    'krbsrvname=PGKRBSRVNAME gsslib=PGGSSLIB gssdelegation=PGGSSDELEGATION',
    'pgate does not speak GSSAPI: take it out',
  ],
  ['scram_client_key scram_server_key', 'pgate logs in by the password itself: give that'],
  [
    'oauth_issuer oauth_client_id oauth_client_secret oauth_scope',
    'pgate does not log in by OAuth: use a password or a certificate',
  ],
  ['authtype tty', 'libpq itself no longer uses it: take it out'],
  [
    'datestyle=PGDATESTYLE timezone=PGTZ geqo=PGGEQO',
    'pgate does not send it by itself: set it by PGOPTIONS, as in -c datestyle=ISO',
  ],
]

/**
 * Every parameter of libpq 18 and earlier.
 * @see https://www.postgresql.org/docs/current/libpq-connect.html#LIBPQ-PARAMKEYWORDS
 * @see https://www.postgresql.org/docs/current/libpq-envars.html
 */
export const PARAMETERS: readonly Parameter[] = [
  ...namesIn(USED),
  ...REFUSED.flatMap(([names, remedy, except]) =>
    namesIn(names).map((named) => ({ ...named, refused: { remedy, except: except?.split(' ') } })),
  ),
]

function namesIn(names: string): readonly Pick<Parameter, 'name' | 'variable'>[] {
  return names.split(/\s+/).map((pair) => {
    const [name = '', variable] = pair.split('=')
    return { name, variable }
  })
}

const BY_NAME = new Map(PARAMETERS.map((parameter) => [parameter.name, parameter]))

/** The parameter of that name; undefined where libpq knows none. */
export function parameterNamed(name: string): Parameter | undefined {
  return BY_NAME.get(name)
}

/** Something in a connection's settings that cannot be used; none of it is ever a password. */
export interface TargetProblem {
  /** As the giver of the value knows it: `sslmode`, PGSSLMODE; absent: the whole. */
  readonly parameter?: string
  readonly found: string
  /** What to do about it. */
  readonly remedy: string
}

/** `PGPORT: found "x"; write a number from 1 to 65535`. */
export function problemText({ parameter, found, remedy }: TargetProblem): string {
  return `${parameter === undefined ? '' : `${parameter}: `}${found}; ${remedy}`
}

/** Why this value cannot be used, reported under the name `from`; undefined where it can. */
export function refusal(
  { refused }: Parameter,
  { value, from }: Setting,
): TargetProblem | undefined {
  if (refused === undefined || refused.except?.includes(value.toLowerCase())) return undefined
  // A value is shown only where it cannot be a secret.
  const shown = refused.except === undefined ? '' : `found ${JSON.stringify(value)}, which is `
  return { parameter: from, found: `${shown}not supported`, remedy: refused.remedy }
}

/** A value, and the name that its giver knows it by. */
export interface Setting {
  readonly value: string
  readonly from: string
}

/** Values by libpq's names of the parameters. */
export type TargetSettings = ReadonlyMap<string, Setting>
