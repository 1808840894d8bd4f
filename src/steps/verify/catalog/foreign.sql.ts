import { withoutSecrets } from './secrets.sql.ts'

/**
 * Foreign data wrappers, servers and user mappings. Of a mapping nothing but that it is there: its
 * options are passwords, which a role that only reads does not see.
 */
export const FOREIGN_SQL = /* SQL */ `
  select 'foreign data wrapper ' || quote_ident(w.fdwname),
         jsonb_strip_nulls(jsonb_build_object(
           'handler', nullif(w.fdwhandler, 0)::regproc::text,
           'validator', nullif(w.fdwvalidator, 0)::regproc::text,
           'options', ${withoutSecrets('w.fdwoptions')}
         ))
    from pg_foreign_data_wrapper w
   where w.oid not in (select objid from member where classid = 'pg_foreign_data_wrapper'::regclass)
  union all
  select 'server ' || quote_ident(s.srvname),
         jsonb_strip_nulls(jsonb_build_object(
           'wrapper', quote_ident(w.fdwname),
           'type', s.srvtype,
           'version', s.srvversion,
           'options', ${withoutSecrets('s.srvoptions')}
         ))
    from pg_foreign_server s
    join pg_foreign_data_wrapper w on w.oid = s.srvfdw
   where s.oid not in (select objid from member where classid = 'pg_foreign_server'::regclass)`
