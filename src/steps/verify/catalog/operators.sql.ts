/**
 * Operators, and the classes and families that let an index use them. A family lists what belongs
 * to it, whichever class brought it. An operator that is merely named by another's COMMUTATOR has no
 * function yet and is left out.
 */
export const OPERATORS_SQL = /* SQL */ `
  select 'operator ' || s.name || '.' || o.oprname || '('
         || coalesce(format_type(nullif(o.oprleft, 0), null), 'none') || ', '
         || format_type(o.oprright, null) || ')',
         jsonb_strip_nulls(jsonb_build_object(
           'function', o.oprcode::regproc::text,
           'returns', format_type(o.oprresult, null),
           'commutator', nullif(o.oprcom, 0)::regoperator::text,
           'negator', nullif(o.oprnegate, 0)::regoperator::text,
           'restrict', nullif(o.oprrest, 0)::regproc::text,
           'join', nullif(o.oprjoin, 0)::regproc::text,
           'merges', case when o.oprcanmerge then true end,
           'hashes', case when o.oprcanhash then true end
         ))
    from pg_operator o
    join scope s on s.oid = o.oprnamespace
   where o.oprcode <> 0
     and o.oid not in (select objid from member where classid = 'pg_operator'::regclass)
  union all
  select 'operator class ' || s.name || '.' || quote_ident(c.opcname) || ' using ' || quote_ident(m.amname),
         jsonb_strip_nulls(jsonb_build_object(
           'type', format_type(c.opcintype, null),
           'default', case when c.opcdefault then true end,
           'family', quote_ident(n.nspname) || '.' || quote_ident(f.opfname),
           'storage', format_type(nullif(c.opckeytype, 0), null)
         ))
    from pg_opclass c
    join scope s on s.oid = c.opcnamespace
    join pg_am m on m.oid = c.opcmethod
    join pg_opfamily f on f.oid = c.opcfamily
    join pg_namespace n on n.oid = f.opfnamespace
   where c.oid not in (select objid from member where classid = 'pg_opclass'::regclass)
  union all
  select 'operator family ' || s.name || '.' || quote_ident(f.opfname) || ' using ' || quote_ident(m.amname),
         jsonb_strip_nulls(jsonb_build_object(
           'operators', (
             select jsonb_agg(o.text order by o.text collate "C")
               from (select a.amopstrategy || ' ' || a.amopopr::regoperator::text || case
                              when a.amoppurpose = 'o' then ' for order by '
                                   || quote_ident(sort.opfname) else '' end as text
                       from pg_amop a left join pg_opfamily sort on sort.oid = a.amopsortfamily
                      where a.amopfamily = f.oid) o),
           'functions', (
             select jsonb_agg(p.text order by p.text collate "C")
               from (select a.amprocnum || ' (' || format_type(a.amproclefttype, null) || ', '
                            || format_type(a.amprocrighttype, null) || ') '
                            || a.amproc::regprocedure::text as text
                       from pg_amproc a where a.amprocfamily = f.oid) p)
         ))
    from pg_opfamily f
    join scope s on s.oid = f.opfnamespace
    join pg_am m on m.oid = f.opfmethod
   where f.oid not in (select objid from member where classid = 'pg_opfamily'::regclass)`
