import { withoutSecretsSql } from './settings.sql.ts'

/**
 * Extensions of the whole database: a revision may need one in any schema. What initdb has made
 * (plpgsql) is no revision's. `needed`: an object that belongs to no extension depends on it;
 * the entries of an extension's own operator families are no objects.
 */
export const EXTENSIONS_SQL = /* SQL */ `
  select 'extension ' || quote_ident(e.extname),
         jsonb_strip_nulls(jsonb_build_object(
           'schema', n.nspname,
           'version', e.extversion,
           'needed', case when needed.extension is not null then true end
         ))
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
    left join (
      select distinct m.refobjid as extension
        from pg_depend m
        join pg_depend d on d.refclassid = m.classid and d.refobjid = m.objid
       where m.deptype = 'e' and m.refclassid = 'pg_extension'::regclass
         and d.deptype in ('n', 'a')
         and d.classid not in ('pg_amop'::regclass, 'pg_amproc'::regclass)
         and (d.classid, d.objid) not in (select classid, objid from member)
    ) needed on needed.extension = e.oid
   where e.oid >= 16384`

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

/**
 * Foreign data wrappers, servers and user mappings. Of a mapping nothing but that it is there: its
 * options are passwords, which a role that only reads does not see.
 */
export const FOREIGN_SQL = /* SQL */ `
  select 'foreign data wrapper ' || quote_ident(w.fdwname),
         jsonb_strip_nulls(jsonb_build_object(
           'handler', nullif(w.fdwhandler, 0)::regproc::text,
           'validator', nullif(w.fdwvalidator, 0)::regproc::text,
           'options', ${withoutSecretsSql('w.fdwoptions')}
         ))
    from pg_foreign_data_wrapper w
   where w.oid not in (select objid from member where classid = 'pg_foreign_data_wrapper'::regclass)
  union all
  select 'server ' || quote_ident(s.srvname),
         jsonb_strip_nulls(jsonb_build_object(
           'wrapper', quote_ident(w.fdwname),
           'type', s.srvtype,
           'version', s.srvversion,
           'options', ${withoutSecretsSql('s.srvoptions')}
         ))
    from pg_foreign_server s
    join pg_foreign_data_wrapper w on w.oid = s.srvfdw
   where s.oid not in (select objid from member where classid = 'pg_foreign_server'::regclass)`
