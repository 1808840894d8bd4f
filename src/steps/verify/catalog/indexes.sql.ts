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
