/** What belongs to no schema and is made seldom: casts, transforms, languages and access methods. */
export const LANGUAGES_SQL = /* SQL */ `
  select 'cast (' || format_type(c.castsource, null) || ' as ' || format_type(c.casttarget, null) || ')',
         jsonb_strip_nulls(jsonb_build_object(
           'method', case c.castmethod when 'f' then 'function' when 'i' then 'inout' else 'binary' end,
           'function', nullif(c.castfunc, 0)::regprocedure::text,
           'context', case c.castcontext when 'i' then 'implicit' when 'a' then 'assignment'
                                         else 'explicit' end
         ))
    from pg_cast c
   where c.oid >= 16384
     and c.oid not in (select objid from member where classid = 'pg_cast'::regclass)
  union all
  select 'transform for ' || format_type(t.trftype, null) || ' language ' || quote_ident(l.lanname),
         jsonb_strip_nulls(jsonb_build_object(
           'fromSql', nullif(t.trffromsql, 0)::regprocedure::text,
           'toSql', nullif(t.trftosql, 0)::regprocedure::text
         ))
    from pg_transform t
    join pg_language l on l.oid = t.trflang
   where t.oid not in (select objid from member where classid = 'pg_transform'::regclass)
  union all
  select 'language ' || quote_ident(l.lanname),
         jsonb_strip_nulls(jsonb_build_object(
           'trusted', l.lanpltrusted,
           'handler', nullif(l.lanplcallfoid, 0)::regproc::text,
           'inline', nullif(l.laninline, 0)::regproc::text,
           'validator', nullif(l.lanvalidator, 0)::regproc::text
         ))
    from pg_language l
   where l.oid >= 16384
     and l.oid not in (select objid from member where classid = 'pg_language'::regclass)
  union all
  select 'access method ' || quote_ident(a.amname),
         jsonb_build_object('type', case a.amtype when 'i' then 'index' else 'table' end,
                            'handler', a.amhandler::regproc::text)
    from pg_am a
   where a.oid >= 16384
     and a.oid not in (select objid from member where classid = 'pg_am'::regclass)`
