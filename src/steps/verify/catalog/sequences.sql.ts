/**
 * Sequences; an identity column's is described by the column. Numbers are text: they reach beyond
 * what JSON readers keep exact.
 */
export const SEQUENCES_SQL = /* SQL */ `
  select 'sequence ' || r.name,
         jsonb_strip_nulls(jsonb_build_object(
           'type', format_type(q.seqtypid, null),
           'start', q.seqstart::text,
           'increment', q.seqincrement::text,
           'min', q.seqmin::text,
           'max', q.seqmax::text,
           'cycle', case when q.seqcycle then true end,
           'ownedBy', quote_ident(n.nspname) || '.' || quote_ident(owner.relname) || '.' || quote_ident(a.attname)
         ))
    from relation r
    join pg_sequence q on q.seqrelid = r.oid
    left join pg_depend d on d.classid = 'pg_class'::regclass and d.objid = r.oid
                         and d.refclassid = 'pg_class'::regclass and d.refobjsubid > 0
                         and d.deptype in ('a', 'i')
    left join pg_class owner on owner.oid = d.refobjid
    left join pg_namespace n on n.oid = owner.relnamespace
    left join pg_attribute a on a.attrelid = d.refobjid and a.attnum = d.refobjsubid
   where r.relkind = 'S'
     and d.deptype is distinct from 'i'
     and (d.refobjid is null or d.refobjid not in (select oid from own union all select oid from loose))`
