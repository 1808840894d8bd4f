import {
  OWN_ROUTINE,
  OWN_TYPE,
  OWNED_RELATION,
  ROUTINE_KEY,
  relationWord,
  TYPE_KEY,
} from './kind-words.sql.ts'

/**
 * Who owns what the migrating role does not. One row for each such object alone, so that a schema
 * made by one role has none.
 */
export const OWNERS_SQL = /* SQL */ `
  select 'owner of ' || item.key,
         jsonb_strip_nulls(jsonb_build_object(
           'role', role.name,
           'related', case when role.related then true end))
    from (
      select ${relationWord('r.relkind')} || r.name as key, c.relowner as owner
        from relation r join pg_class c on c.oid = r.oid
       where r.oid not in (${OWNED_RELATION})
      union all
      select ${ROUTINE_KEY}, p.proowner
        from pg_proc p join scope s on s.oid = p.pronamespace where ${OWN_ROUTINE}
      union all
      select ${TYPE_KEY}, t.typowner
        from pg_type t join scope s on s.oid = t.typnamespace where ${OWN_TYPE}
      union all
      select 'schema ' || s.name, n.nspowner from scope s join pg_namespace n on n.oid = s.oid
       where n.nspname <> 'public'
      union all
      select 'publication ' || quote_ident(pubname), pubowner from pg_publication
      union all
      select 'event trigger ' || quote_ident(evtname), evtowner from pg_event_trigger
      union all
      select 'server ' || quote_ident(srvname), srvowner from pg_foreign_server
    ) item
    join role on role.oid = item.owner
   where item.owner <> (select oid from migrator)`
