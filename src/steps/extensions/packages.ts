import { nearest } from '../../base/suggest.ts'

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
export function packageOf(name: string, major: number): string {
  // Only its own: `constructor` may be asked for as an extension, too.
  const known = Object.hasOwn(PACKAGES, name) ? PACKAGES[name] : undefined
  if (known) return known(major)
  if (CONTRIB.has(name)) {
    return `the package postgresql-contrib (it ships with PostgreSQL ${major} as a contrib module)`
  }
  return `the package that holds ${name} for PostgreSQL ${major}`
}

/** The extension that was most likely meant by a name that the server does not offer. */
export function meantBy(name: string, offered: readonly string[]): string | undefined {
  const plain = (word: string) => word.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const same = offered.find((other) => plain(other) === plain(name))
  if (same !== undefined) return same
  const word = plain(name)
  return Object.hasOwn(ALSO_CALLED, word) ? ALSO_CALLED[word] : nearest(name, offered)
}
