/**
 * Every index of the database that is not valid or not ready, whatever schema it is in: one that
 * nobody promised slows writes down all the same. What REINDEX leaves of a TOAST table's index is
 * among them; the system's own catalogs and temporary tables are not.
 */
export const BROKEN_INDEX = /* SQL */ `
  not (i.indisvalid and i.indisready) and c.relpersistence <> 't'
  and (n.nspname = 'pg_toast' or n.nspname !~ '^pg_') and n.nspname <> 'information_schema'`

/**
 * A lock that another session holds on the index itself, as REINDEX CONCURRENTLY and DROP INDEX
 * CONCURRENTLY do for as long as they are at it. Every role sees locks, and that a session builds an
 * index; which one only the owner of that session and pg_read_all_stats see.
 * @see https://www.postgresql.org/docs/current/explicit-locking.html
 */
const LOCKED_BY_OTHER = /* SQL */ `
  select l.pid from pg_locks l
   where l.locktype = 'relation' and l.granted and l.pid <> pg_backend_pid()
     and l.database = (select oid from pg_database where datname = current_database())
     and l.mode = any (array['ShareUpdateExclusiveLock', 'ShareLock', 'ShareRowExclusiveLock',
                             'ExclusiveLock', 'AccessExclusiveLock'])`

/** The session that is at work on index \`i\` now: one that builds, rebuilds or drops it. */
export const BUILDER = /* SQL */ `(
  select min(w.pid) from (
    ${LOCKED_BY_OTHER} and l.relation = i.indexrelid
    union all
    ${LOCKED_BY_OTHER} and l.relation = i.indrelid
     and l.pid in (select p.pid from pg_stat_progress_create_index p
                    where coalesce(p.index_relid, 0) in (0, i.indexrelid))
  ) w)`

/** The same, or one that builds another index of the same table. */
export const TABLE_BUILDER = /* SQL */ `(
  select min(w.pid) from (
    ${LOCKED_BY_OTHER} and l.relation = i.indexrelid
    union all
    ${LOCKED_BY_OTHER} and l.relation = i.indrelid
     and l.pid in (select p.pid from pg_stat_progress_create_index p)
  ) w)`

/** Begins the keys of the rows that are no objects of the schema. */
export const BROKEN_KEY = 'broken '

/** One row for each; no object of the schema, so never part of a manifest. */
export const BROKEN_INDEXES_SQL = /* SQL */ `
  select '${BROKEN_KEY}index ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname),
         jsonb_strip_nulls(jsonb_build_object(
           'table', i.indrelid::regclass::text,
           'definition', pg_get_indexdef(i.indexrelid),
           'valid', i.indisvalid,
           'partitioned', case when c.relkind = 'I' then true end,
           'exclusion', case when exists (
             select from pg_constraint k where k.conindid = i.indexrelid and k.contype = 'x'
           ) then true end,
           'builder', ${BUILDER}::text
         ))
    from pg_index i
    join pg_class c on c.oid = i.indexrelid
    join pg_namespace n on n.oid = c.relnamespace
   where ${BROKEN_INDEX}`
