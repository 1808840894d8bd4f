import type { FlightResult, FlightStatement, Session } from '../postgres/session.ts'

/** Objects below this were made by initdb, and a release alone changes them. */
const FIRST_USER_OBJECT = 16_384

/** One catalog: which rows count, and what tells two of them apart (a number). */
interface Part {
  readonly catalog: string
  readonly row: string
  readonly where?: string
}

/** Rows that hang on a temporary relation or schema come and go with sessions of the application. */
const TEMPORARY = {
  relation: (oid: string) => `${oid} not in (select oid from temporary_relation)`,
  schema: (oid: string) => `${oid} not in (select oid from temporary_schema)`,
} as const

/**
 * Each costs a start half a millisecond, so those are left out whose rows never change alone: a
 * default changes its column, a parent its child's columns, an aggregate its function. A collation,
 * an operator class, a language or a server that is merely renamed is not noticed.
 */
const PARTS: readonly Part[] = [
  { catalog: 'pg_namespace', row: 'oid', where: TEMPORARY.schema('oid') },
  { catalog: 'pg_class', row: 'oid', where: `relpersistence <> 't'` },
  {
    catalog: 'pg_attribute',
    row: 'attrelid::bigint + attnum',
    where: `attnum > 0 and ${TEMPORARY.relation('attrelid')}`,
  },
  { catalog: 'pg_constraint', row: 'oid', where: TEMPORARY.schema('connamespace') },
  { catalog: 'pg_index', row: 'indexrelid', where: TEMPORARY.relation('indrelid') },
  { catalog: 'pg_sequence', row: 'seqrelid', where: TEMPORARY.relation('seqrelid') },
  { catalog: 'pg_type', row: 'oid', where: TEMPORARY.schema('typnamespace') },
  { catalog: 'pg_enum', row: 'oid' },
  { catalog: 'pg_proc', row: 'oid', where: TEMPORARY.schema('pronamespace') },
  { catalog: 'pg_trigger', row: 'oid', where: TEMPORARY.relation('tgrelid') },
  { catalog: 'pg_rewrite', row: 'oid', where: TEMPORARY.relation('ev_class') },
  { catalog: 'pg_policy', row: 'oid', where: TEMPORARY.relation('polrelid') },
  { catalog: 'pg_statistic_ext', row: 'oid', where: TEMPORARY.relation('stxrelid') },
  { catalog: 'pg_foreign_table', row: 'ftrelid' },
  { catalog: 'pg_extension', row: 'oid' },
  // What belongs to an extension; the rest of pg_depend says nothing that the objects do not.
  {
    catalog: 'pg_depend',
    row: 'objid',
    where: `refclassid = 'pg_extension'::regclass and deptype = 'e'`,
  },
]

/**
 * A statement that gives one row with `fingerprint`: 64 hex digits that change with every change of
 * the schema, at the price of reading the catalogs' rows and none of their definitions. It is made
 * of which rows there are and which transaction wrote each (`xmin`): PostgreSQL writes a row anew
 * to change it, and no transaction's number is used twice within four billion. Statistics, vacuum
 * and the application's rows change nothing; a restored dump changes all.
 *
 * Equal: nothing was changed. Different: something may have been. Needs an empty search_path.
 * @see docs/decisions/0027-proof-by-one-round-trip.md
 */
export const FINGERPRINT_SQL = /* SQL */ `
  with
    -- age() counts back from the current transaction; measured from a fixed one it stands still.
    fixed as materialized (select age('3'::xid)::bigint as age),
    temporary_relation as materialized (select oid from pg_class where relpersistence = 't'),
    temporary_schema as materialized (
      select oid from pg_namespace where nspname ~ '^pg_(toast_)?temp_'
    ),
    part (number, text) as (${PARTS.map(partSql).join(' union all ')})
  select encode(sha256(convert_to(string_agg(text, ' ' order by number), 'UTF8')), 'hex')
           as fingerprint
    from part`

function partSql({ catalog, row, where = 'true' }: Part, index: number): string {
  const key = `(${row})::bigint`
  return `
    select ${index}, count(*) || ':' || coalesce(sum(
             ((select age from fixed) - age(xmin)) * (${key} % 1048573)), 0)
      from ${catalog}
     where ${key} >= ${FIRST_USER_OBJECT} and ${where}`
}

/** The empty search_path, and no compiler for a query that is done before it would have begun. */
export const FINGERPRINT_SETTINGS: FlightStatement = {
  text: `select pg_catalog.set_config('search_path', '', true), pg_catalog.set_config('jit', 'off', true)`,
}

/** The schema's fingerprint, and the answers to what was asked along with it. */
export interface Fingerprinted {
  readonly schema: string
  readonly answers: FlightResult['results']
}

/**
 * The schema's fingerprint now, in one round trip. The session's settings are as before afterwards.
 * @param questions sent along; they run under an empty search_path
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readFingerprint(
  session: Session,
  questions: readonly FlightStatement[] = [],
): Promise<Fingerprinted> {
  const { results, failure } = await session.flight([
    FINGERPRINT_SETTINGS,
    { text: FINGERPRINT_SQL },
    ...questions,
  ])
  if (failure !== undefined) throw failure.error
  const [, fingerprint, ...answers] = results
  return { schema: String(fingerprint?.rows[0]?.fingerprint), answers }
}
