/**
 * Indexes, and extended statistics. An index that is a constraint's is described by the constraint;
 * one that is attached to a partitioned table's index, by that.
 */
export const INDEXES_SQL = /* SQL */ `
  select 'index ' || r.schema || '.' || quote_ident(c.relname),
         jsonb_strip_nulls(jsonb_build_object(
           'table', r.name,
           'definition', pg_get_indexdef(i.indexrelid)
         ))
    from relation r
    join pg_index i on i.indrelid = r.oid
    join pg_class c on c.oid = i.indexrelid
    left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
   where k.oid is null and not c.relispartition
  union all
  select 'statistics ' || s.name || '.' || quote_ident(x.stxname),
         jsonb_build_object('definition', pg_get_statisticsobjdef(x.oid))
    from pg_statistic_ext x
    join scope s on s.oid = x.stxnamespace
    join relation r on r.oid = x.stxrelid`

/**
 * Constraints of tables and domains. A partition's copies are their parent's and are left
 * out. \`NOT VALID\` is cut off the definition and stands in \`validated\`; to_jsonb reads
 * \`conenforced\` (18) where the column exists. \`triggers\` shows a foreign key that does not act,
 * after ALTER TABLE … DISABLE TRIGGER ALL.
 */
export const CONSTRAINTS_SQL = /* SQL */ `
  select 'constraint ' || r.name || '.' || quote_ident(c.conname),
         jsonb_strip_nulls(jsonb_build_object(
           'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
           'validated', case when not c.convalidated
                              and to_jsonb(c) ->> 'conenforced' is distinct from 'false' then false end,
           'triggers', case when disabled.tgconstraint is not null then 'disabled' end
         ))
    from relation r
    join pg_constraint c on c.conrelid = r.oid
    left join (
      select distinct tgconstraint from pg_trigger
       where tgisinternal and tgenabled in ('D', 'R') and tgconstraint <> 0
    ) disabled on disabled.tgconstraint = c.oid
   where c.contype in ('c', 'f', 'p', 'u', 'x')
     and c.conparentid = 0
     and (c.conislocal or c.coninhcount = 0)
  union all
  select 'constraint ' || s.name || '.' || quote_ident(t.typname) || '.' || quote_ident(c.conname),
         jsonb_strip_nulls(jsonb_build_object(
           'definition', regexp_replace(pg_get_constraintdef(c.oid), ' NOT VALID$', ''),
           'validated', case when not c.convalidated then false end
         ))
    from pg_constraint c
    join pg_type t on t.oid = c.contypid
    join scope s on s.oid = t.typnamespace
   where c.contype = 'c'
     and t.oid not in (select objid from member where classid = 'pg_type'::regclass)`

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
const BUILDER = /* SQL */ `(
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
