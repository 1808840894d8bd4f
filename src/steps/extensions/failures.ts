import { nearest } from '../../base/suggest.ts'
import { GateError } from '../../errors/error.ts'
import { builtInLacksIt } from '../../postgres/session/session.ts'
import { serverFacts } from '../../postgres/sql/conditions.ts'
import { quoteIdentifier } from '../../postgres/sql/identifier.ts'
import type { ServerError } from '../../postgres/sql/sqlstate.ts'
import type { ExtensionAction, ExtensionProblem } from './plan.ts'
import { statementFor } from './statement.ts'

interface Offer {
  /** Every extension that the server could create. */
  readonly offered: readonly { readonly name: string }[]
  /** The server's major version. */
  readonly major: number
  /** All that the built-in PostgreSQL has, where it is that. */
  readonly builtIn?: readonly string[]
}

/** All that the server cannot give, in one failure: EXTENSION_UNAVAILABLE where any is missing. */
export function unavailableError(problems: readonly ExtensionProblem[], offer: Offer): GateError {
  const missing = problems.some((problem) => problem.kind === 'unavailable')
  const names = problems.map(({ name, ...problem }) =>
    'requiredBy' in problem ? problem.requiredBy : name,
  )
  const code = missing ? 'EXTENSION_UNAVAILABLE' : 'EXTENSION_TOO_OLD'
  return new GateError(code, problems.map((problem) => describeProblem(problem)).join('; '), {
    facts: { problems, serverMajor: offer.major },
    hint: [
      ...new Set([...problems.map((problem) => remedyFor(problem, offer)), optionalHint(names)]),
    ].join(' '),
  })
}

/** Where the list comes from, and how a name on it stops being a promise. */
function optionalHint(names: readonly string[]): string {
  const optional = [...new Set(names)].map((name) => `${name}?`).join(', ')
  return `Or write ${optional} in PGATE_EXTENSIONS, which goes on without it; PGATE_EXTENSIONS= (empty) declares none.`
}

function describeProblem(problem: ExtensionProblem): string {
  if (problem.kind === 'unavailable') {
    const why = problem.requiredBy === undefined ? '' : `, which ${problem.requiredBy} requires,`
    return `the extension ${problem.name}${why} is not available on the server`
  }
  const { name, floor, installed } = problem
  if (installed === undefined) {
    return `the extension ${name} is wanted at ${floor} or above, and the server offers ${problem.newest}`
  }
  const further =
    problem.newest === installed ? 'no update' : `no update further than ${problem.newest}`
  return `the extension ${name} is installed at ${installed}, wanted at ${floor} or above, and the server offers ${further}`
}

function remedyFor(problem: ExtensionProblem, { offered, major, builtIn }: Offer): string {
  if (builtIn !== undefined && !builtIn.includes(problem.name)) return builtInLacksIt(builtIn)
  const { name } = problem
  if (problem.kind === 'too old') {
    return `Install a newer ${name} on the server (${packageOf(name, major)}), or lower its floor in PGATE_EXTENSIONS.`
  }
  const names = offered.map((extension) => extension.name)
  const meant = problem.requiredBy === undefined ? suggestExtension(name, names) : undefined
  if (meant !== undefined && names.includes(meant)) {
    return `Did you mean ${meant}? Write that in PGATE_EXTENSIONS instead of ${name}.`
  }
  const wanted = meant ?? name
  const called = meant === undefined ? '' : ` (and write ${meant} in PGATE_EXTENSIONS)`
  return `Install ${packageOf(wanted, major)} on the server, or allow ${wanted} where the server is a managed one${called}.`
}

/** Who asked, and what stood against it. */
export interface ExtensionRefusal {
  readonly action: ExtensionAction
  readonly error: ServerError
}

export interface Asker {
  readonly role: string
  readonly database: string
  /** True where the role is the one of PGATE_ADMIN_URL already. */
  readonly admin: boolean
}

/** What this role may not do, all of it, with the statements that somebody else can run. */
export function notPermitted(refusals: readonly ExtensionRefusal[], asker: Asker): GateError {
  const { role, database, admin } = asker
  const names = refusals.map(({ action }) => action.name)
  const said = refusals.map(
    ({ action, error }) => `${action.kind} ${action.name}: ${error.message}`,
  )
  const trusted = refusals.every(({ action }) => action.kind === 'create' && action.trusted)
  const grant = `grant create on database ${quoteIdentifier(database)} to ${quoteIdentifier(role)}`
  const ways = [
    `run as a superuser in the database ${database}: ${refusals.map(({ action }) => statementFor(action).replace(/;$/, '')).join('; ')}`,
    ...(trusted ? [`run as the owner of the database: ${grant}`] : []),
    admin
      ? `give PGATE_ADMIN_URL another role than ${role}`
      : 'set PGATE_ADMIN_URL to a role that may',
  ]
  return new GateError(
    'EXTENSION_NOT_PERMITTED',
    `the role ${role} may not set up ${names.join(', ')} (${said.join('; ')})`,
    {
      facts: {
        role,
        database,
        extensions: names,
        statements: refusals.map(({ action }) => statementFor(action)),
        ...(refusals[0] && serverFacts(refusals[0].error)),
      },
      hint: `One of these helps: ${ways.join('; or ')}. ${optionalHint(names)}`,
    },
  )
}

/** The server tried and failed: its files are broken, or something in the database is in the way. */
export function actionFailed(action: ExtensionAction, error: ServerError): GateError {
  const { sqlstate, message, hint } = error
  return new GateError(
    'EXTENSION_FAILED',
    `${action.kind} extension ${action.name} failed: ${message} (SQLSTATE ${sqlstate})`,
    {
      facts: { extension: action.name, action: action.kind, ...serverFacts(error) },
      hint: hint ?? `Run it by hand to see what is in the way: ${statementFor(action)}`,
    },
  )
}

/** What ships with PostgreSQL itself, as its contrib modules. */
const CONTRIB: ReadonlySet<string> = new Set(
  `amcheck auth_delay auto_explain autoinc bloom bool_plperl btree_gin btree_gist citext cube dblink
   dict_int dict_xsyn earthdistance file_fdw fuzzystrmatch hstore insert_username intagg intarray
   isn lo ltree moddatetime pageinspect pg_buffercache pg_freespacemap pg_logicalinspect pg_prewarm
   pg_stat_statements pg_surgery pg_trgm pg_visibility pg_walinspect pgcrypto pgrowlocks
   pgstattuple postgres_fdw refint seg sslinfo tablefunc tcn tsm_system_rows tsm_system_time
   unaccent uuid-ossp xml2`.split(/\s+/),
)

/** @see https://wiki.postgresql.org/wiki/Apt (Debian's names, by the server's major version) */
const PACKAGES: Readonly<Record<string, (major: number) => string>> = {
  vector: (major) =>
    `Debian's package postgresql-${major}-pgvector, or the image pgvector/pgvector:pg${major}`,
  postgis: (major) =>
    `Debian's package postgresql-${major}-postgis-3, or the image postgis/postgis`,
  timescaledb: (major) =>
    `the package timescaledb-2-postgresql-${major}, or the image timescale/timescaledb:latest-pg${major}`,
  pg_cron: (major) => `Debian's package postgresql-${major}-cron`,
  pg_partman: (major) => `Debian's package postgresql-${major}-partman`,
  pg_repack: (major) => `Debian's package postgresql-${major}-repack`,
  pgaudit: (major) => `Debian's package postgresql-${major}-pgaudit`,
  hypopg: (major) => `Debian's package postgresql-${major}-hypopg`,
  plpython3u: (major) => `Debian's package postgresql-plpython3-${major}`,
  plperl: (major) => `Debian's package postgresql-plperl-${major}`,
}

/** Names that people give an extension, where its own is another word. */
const ALSO_CALLED: Readonly<Record<string, string>> = {
  pgvector: 'vector',
  uuid: 'uuid-ossp',
  uuidossp: 'uuid-ossp',
  trgm: 'pg_trgm',
  crypto: 'pgcrypto',
  timescale: 'timescaledb',
  gis: 'postgis',
}

/**
 * Where an extension usually comes from, as the end of "install …".
 *
 * @param major the server's major version, since packages carry it in their names
 * @example packageOf('vector', 17)
 */
function packageOf(name: string, major: number): string {
  // Only its own: `constructor` may be asked for as an extension, too.
  const known = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined
  if (known) return known(major)
  if (CONTRIB.has(name)) {
    return `the package postgresql-contrib (it ships with PostgreSQL ${major} as a contrib module)`
  }
  return `the package that holds ${name} for PostgreSQL ${major}`
}

/** The extension that was most likely meant by a name that the server does not offer. */
function suggestExtension(name: string, offered: readonly string[]): string | undefined {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const same = offered.find((other) => plain(other) === plain(name))
  if (same !== undefined) return same
  const word = plain(name)
  return Object.hasOwn(ALSO_CALLED, word) ? ALSO_CALLED[word] : nearest(name, offered)
}
