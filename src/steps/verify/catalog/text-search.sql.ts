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
