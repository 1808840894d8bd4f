import { queryWithFixedSettings } from '../../../catalog/fixed-settings.ts'
import { BROKEN_INDEX, TABLE_BUILDER } from '../../../catalog/indexes.sql.ts'
import type { Session } from '../../../postgres/session/session.ts'

/** An index that is not valid or not ready, with all that decides what is to be done about it. */
export interface BrokenIndex {
  /** As the catalog counts it: another index of the same name has another. */
  readonly oid: string
  /** Qualified and quoted, as all names here. */
  readonly name: string
  readonly table: string
  /** Who owns the table. */
  readonly owner: string
  readonly definition: string
  readonly isToast: boolean
  readonly isPartitioned: boolean
  /** True where a constraint stands on it; of these `exclusion` alone cannot be rebuilt alongside. */
  readonly isConstraint: boolean
  readonly isExclusion: boolean
  /** True where it is named as REINDEX CONCURRENTLY names its copies. */
  readonly isNamedLeftover: boolean
  /** Whether another index of the table is the same but for its name; `valid` where one is whole. */
  readonly twin: 'valid' | 'broken' | null
  /** The session that builds an index of this table now; null: nobody does. */
  readonly builder: number | null
  /** Of a partitioned index whose partitions all have a valid part: one of these parts. */
  readonly part: string | null
}

/**
 * Every broken index of the database, in the order of their names; reads only.
 * @throws the driver's DatabaseError or the socket's error, unchanged
 */
export async function readBrokenIndexes(session: Session): Promise<readonly BrokenIndex[]> {
  const { rows } = await queryWithFixedSettings<BrokenIndex>(session, BROKEN_INDEXES_SQL)
  return rows
}

/** What REINDEX CONCURRENTLY calls the copy that it builds, and the original that it replaced. */
const LEFTOVER_NAME = '_cc(new|old)[0-9]*$'

/** Equal in everything but the name; what pg_index says alone, since the definition holds the name. */
const SAME_INDEX = /* SQL */ `
  twin.indrelid = i.indrelid and twin.indexrelid <> i.indexrelid and t.relam = c.relam
  and twin.indisunique = i.indisunique and twin.indnkeyatts = i.indnkeyatts
  and twin.indkey::text = i.indkey::text and twin.indclass::text = i.indclass::text
  and twin.indcollation::text = i.indcollation::text and twin.indoption::text = i.indoption::text
  and pg_get_expr(twin.indexprs, twin.indrelid) is not distinct from pg_get_expr(i.indexprs, i.indrelid)
  and pg_get_expr(twin.indpred, twin.indrelid) is not distinct from pg_get_expr(i.indpred, i.indrelid)
  and to_jsonb(twin) ->> 'indnullsnotdistinct' is not distinct from to_jsonb(i) ->> 'indnullsnotdistinct'`

const BROKEN_INDEXES_SQL = /* SQL */ `
  select i.indexrelid::text as oid, i.indexrelid::regclass::text as name,
         i.indrelid::regclass::text as table, pg_get_userbyid(held.relowner) as owner,
         pg_get_indexdef(i.indexrelid) as definition,
         n.nspname = 'pg_toast' as "isToast", c.relkind = 'I' as "isPartitioned",
         k.oid is not null as "isConstraint", coalesce(k.contype = 'x', false) as "isExclusion",
         c.relname ~ '${LEFTOVER_NAME}' as "isNamedLeftover",
         (select case when bool_or(twin.indisvalid and twin.indisready) then 'valid'
                      when bool_or(t.relname !~ '${LEFTOVER_NAME}') then 'broken' end
            from pg_index twin join pg_class t on t.oid = twin.indexrelid
           where ${SAME_INDEX}) as twin,
         ${TABLE_BUILDER} as builder,
         (select case when count(*) = (select count(*) from pg_inherits p where p.inhparent = i.indrelid)
                      then min(h.inhrelid::regclass::text) end
            from pg_inherits h join pg_index part on part.indexrelid = h.inhrelid
           where h.inhparent = i.indexrelid and part.indisvalid and part.indisready) as part
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
    join pg_class held on held.oid = i.indrelid
    left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
   where ${BROKEN_INDEX}
   order by 2`
