import type { PipelineResult, PipelineStatement, Session } from '../../postgres/session/session.ts'

/** Objects below this were made by initdb, and a release alone changes them. */
const FIRST_USER_OBJECT = 16_384

/** One catalog: what distinguishes two of its rows (a number), and which rows count. */
interface FingerprintPart {
  readonly catalog: string
  readonly row: string
  /** What says that initdb did not make the row, where it is not `row`; null: all rows count. */
  readonly made?: string | null
  /** What the row is part of; one that is temporary comes and goes with a session's. */
  readonly in?: { readonly relation: string } | { readonly schema: string }
  readonly where?: string
}

/**
 * Left out are those whose rows never change alone: a default changes its column, a parent its
 * child's columns, an aggregate its function. What is only ever made and dropped, and always depends
 * on something, is seen in pg_depend and not opened itself: the tables of publications, mappings of
 * text search, members of operator families, transforms.
 */
const PARTS: readonly FingerprintPart[] = [
  // `public` is initdb's, and its grants are not.
  {
    catalog: 'pg_namespace',
    row: `case oid when 2200 then ${FIRST_USER_OBJECT} else oid end`,
    in: { schema: 'oid' },
  },
  { catalog: 'pg_class', row: 'oid', in: { relation: 'oid' } },
  {
    catalog: 'pg_attribute',
    row: 'attrelid::bigint + attnum',
    made: 'attrelid',
    in: { relation: 'attrelid' },
    where: 'attnum > 0',
  },
  { catalog: 'pg_constraint', row: 'oid', in: { schema: 'connamespace' } },
  { catalog: 'pg_index', row: 'indexrelid', in: { relation: 'indrelid' } },
  { catalog: 'pg_sequence', row: 'seqrelid', in: { relation: 'seqrelid' } },
  { catalog: 'pg_type', row: 'oid', in: { schema: 'typnamespace' } },
  { catalog: 'pg_enum', row: 'oid' },
  { catalog: 'pg_proc', row: 'oid', in: { schema: 'pronamespace' } },
  { catalog: 'pg_trigger', row: 'oid', in: { relation: 'tgrelid' } },
  { catalog: 'pg_rewrite', row: 'oid', in: { relation: 'ev_class' } },
  { catalog: 'pg_policy', row: 'oid', in: { relation: 'polrelid' } },
  { catalog: 'pg_statistic_ext', row: 'oid', in: { relation: 'stxrelid' } },
  { catalog: 'pg_foreign_table', row: 'ftrelid' },
  { catalog: 'pg_extension', row: 'oid' },
  { catalog: 'pg_publication', row: 'oid' },
  { catalog: 'pg_event_trigger', row: 'oid' },
  { catalog: 'pg_ts_config', row: 'oid' },
  { catalog: 'pg_ts_dict', row: 'oid' },
  { catalog: 'pg_ts_parser', row: 'oid' },
  { catalog: 'pg_ts_template', row: 'oid' },
  { catalog: 'pg_cast', row: 'oid' },
  { catalog: 'pg_language', row: 'oid' },
  { catalog: 'pg_am', row: 'oid' },
  { catalog: 'pg_operator', row: 'oid' },
  { catalog: 'pg_opclass', row: 'oid' },
  { catalog: 'pg_opfamily', row: 'oid' },
  { catalog: 'pg_collation', row: 'oid' },
  { catalog: 'pg_conversion', row: 'oid' },
  { catalog: 'pg_foreign_data_wrapper', row: 'oid' },
  { catalog: 'pg_foreign_server', row: 'oid' },
  { catalog: 'pg_default_acl', row: 'oid' },
  {
    catalog: 'pg_database',
    row: `${FIRST_USER_OBJECT}`,
    made: null,
    where: 'datname = current_database()',
  },
  // Those of other databases, too, which costs them a look and saves everyone a condition.
  { catalog: 'pg_db_role_setting', row: `setrole::bigint + ${FIRST_USER_OBJECT}`, made: null },
  {
    catalog: 'pg_auth_members',
    row: `roleid::bigint + member::bigint + ${FIRST_USER_OBJECT}`,
    made: null,
  },
  // What belongs to an extension, and what stands for catalogs that are not opened.
  {
    catalog: 'pg_depend',
    row: 'objid',
    where: `(refclassid = 'pg_extension'::regclass and deptype = 'e'
             or classid = any (array['pg_publication_rel'::regclass, 'pg_ts_config'::regclass,
                                     'pg_amop'::regclass, 'pg_amproc'::regclass,
                                     'pg_transform'::regclass,
                                     to_regclass('pg_catalog.pg_publication_namespace')]))`,
  },
]

/**
 * Rows of every catalog as `(number, age, key, holder)`; a schema's holder is negative. Compared as it
 * is stored, an oid is looked up in the catalog's index.
 */
const FINGERPRINT_ROWS: string = PARTS.map(
  ({ catalog, row, made = row, where = 'true', in: holder }, number) => `
      select ${number} as number, age(xmin) as age, (${row})::bigint as key, ${holderOf(holder)} as holder
        from ${catalog} where ${made === null ? 'true' : `${made} >= ${FIRST_USER_OBJECT}`} and ${where}`,
).join(' union all ')

function holderOf(holder: FingerprintPart['in']): string {
  if (holder === undefined) return '0::bigint'
  return 'schema' in holder ? `-(${holder.schema}::bigint)` : `${holder.relation}::bigint`
}

/**
 * A statement that gives one row with `fingerprint`: 64 hex digits that change with every change of
 * the schema, at the price of reading the catalogs' rows and none of their definitions. It is made
 * of which rows there are and which transaction wrote each (`xmin`): PostgreSQL writes a row again
 * to change it, and no transaction's number is used twice within four billion. Statistics, vacuum
 * and the application's rows change nothing; a restored dump changes all.
 *
 * Equal: nothing was changed. Different: something may have been. Needs the search_path of
 * {@link FINGERPRINT_SETTINGS}.
 * @see docs/decisions/0027-proof-by-one-round-trip.md
 */
export const FINGERPRINT_SQL = /* SQL */ `
  with
    -- age() counts back from the current transaction; measured from a fixed one it stands still.
    fixed as materialized (select age('3'::xid)::bigint as age),
    -- Those of other sessions come and go.
    temporary (holder) as materialized (
      select oid::bigint from pg_class where relpersistence = 't'
      union all
      select -(oid::bigint) from pg_namespace where nspname ~ '^pg_(toast_)?temp_'
    ),
    part as (
      select number, count(*) || ':' || sum(((select age from fixed) - age) * (key % 1048573 + 1)) as text
        from (${FINGERPRINT_ROWS}) as one
       where holder not in (select holder from temporary)
       group by number
    )
  select encode(sha256(convert_to(coalesce(
           string_agg(number || ':' || text, ' ' order by number), ''), 'UTF8')), 'hex')
           as fingerprint
    from part`

/** The catalogs before any temporary table, times in one zone, and no compiler for a query that is done before it would begin. */
export const FINGERPRINT_SETTINGS: PipelineStatement = {
  text: `select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('jit', 'off', true), pg_catalog.set_config('timezone', 'UTC', true)`,
}

/** The schema's fingerprint, and the answers to what was asked along with it. */
interface Fingerprinted {
  readonly schema: string
  readonly answers: PipelineResult['results']
}

/**
 * The schema's fingerprint now, in one round trip. The session's settings are as before afterwards.
 * @param questions sent along; they run under the same settings
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readFingerprint(
  session: Session,
  questions: readonly PipelineStatement[] = [],
): Promise<Fingerprinted> {
  const { results, failure } = await session.pipeline([
    FINGERPRINT_SETTINGS,
    { text: `select pg_catalog.set_config('lock_timeout', '3s', true)` },
    { text: FINGERPRINT_SQL },
    ...questions,
  ])
  if (failure !== undefined) throw failure.error
  const [, , fingerprint, ...answers] = results
  return { schema: String(fingerprint?.rows[0]?.fingerprint), answers }
}
