import type { PipelineResult, PipelineStatement, Session } from '../../postgres/session/session.ts'
import { FINGERPRINT_ROWS } from './fingerprint-parts.ts'

/**
 * A statement that gives one row with `fingerprint`: 64 hex digits that change with every change of
 * the schema, at the price of reading the catalogs' rows and none of their definitions. It is made
 * of which rows there are and which transaction wrote each (`xmin`): PostgreSQL writes a row anew
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

/** The catalogs before any temporary table, and no compiler for a query that is done before it would begin. */
export const FINGERPRINT_SETTINGS: PipelineStatement = {
  text: `select pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true), pg_catalog.set_config('jit', 'off', true)`,
}

/** The schema's fingerprint, and the answers to what was asked along with it. */
export interface Fingerprinted {
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
