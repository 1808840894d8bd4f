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

/** Text search: configurations with the dictionaries of each kind of token, and what they are made of. */
export const TEXT_SEARCH_SQL = /* SQL */ `
  select 'text search configuration ' || s.name || '.' || quote_ident(c.cfgname),
         jsonb_strip_nulls(jsonb_build_object(
           'parser', quote_ident(n.nspname) || '.' || quote_ident(p.prsname),
           'mappings', (
             select jsonb_agg(m.alias || ': ' || m.dictionaries order by m.alias)
               from (select token.alias,
                            string_agg(map.mapdict::regdictionary::text, ', ' order by map.mapseqno)
                              as dictionaries
                       from pg_ts_config_map map
                       join ts_token_type(c.cfgparser) token on token.tokid = map.maptokentype
                      where map.mapcfg = c.oid group by token.alias) m)
         ))
    from pg_ts_config c
    join scope s on s.oid = c.cfgnamespace
    join pg_ts_parser p on p.oid = c.cfgparser
    join pg_namespace n on n.oid = p.prsnamespace
   where c.oid not in (select objid from member where classid = 'pg_ts_config'::regclass)
  union all
  select 'text search dictionary ' || s.name || '.' || quote_ident(d.dictname),
         jsonb_strip_nulls(jsonb_build_object(
           'template', quote_ident(n.nspname) || '.' || quote_ident(t.tmplname),
           'options', d.dictinitoption
         ))
    from pg_ts_dict d
    join scope s on s.oid = d.dictnamespace
    join pg_ts_template t on t.oid = d.dicttemplate
    join pg_namespace n on n.oid = t.tmplnamespace
   where d.oid not in (select objid from member where classid = 'pg_ts_dict'::regclass)
  union all
  select 'text search parser ' || s.name || '.' || quote_ident(p.prsname),
         jsonb_strip_nulls(jsonb_build_object(
           'start', p.prsstart::regproc::text,
           'token', p.prstoken::regproc::text,
           'end', p.prsend::regproc::text,
           'headline', nullif(p.prsheadline, 0)::regproc::text,
           'types', p.prslextype::regproc::text
         ))
    from pg_ts_parser p
    join scope s on s.oid = p.prsnamespace
   where p.oid not in (select objid from member where classid = 'pg_ts_parser'::regclass)
  union all
  select 'text search template ' || s.name || '.' || quote_ident(t.tmplname),
         jsonb_strip_nulls(jsonb_build_object(
           'init', nullif(t.tmplinit, 0)::regproc::text,
           'lexize', t.tmpllexize::regproc::text
         ))
    from pg_ts_template t
    join scope s on s.oid = t.tmplnamespace
   where t.oid not in (select objid from member where classid = 'pg_ts_template'::regclass)`
