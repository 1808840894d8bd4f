import { withoutSecrets } from './secrets.sql.ts'

/** Schemas and tables: ordinary, partitioned (key), partitions (bounds) and foreign ones. */
export const TABLES_SQL = /* SQL */ `
  select 'schema ' || s.name as key, '{}'::jsonb as definition from scope s
  union all
  select case r.relkind when 'f' then 'foreign table ' else 'table ' end || r.name,
         jsonb_strip_nulls(jsonb_build_object(
           'partitionKey', case when r.relkind = 'p' then pg_get_partkeydef(r.oid) end,
           'partitionOf', case when r.relispartition then parent.names ->> 0 end,
           'bounds', case when r.relispartition then pg_get_expr(r.relpartbound, r.oid) end,
           'inherits', case when not r.relispartition then parent.names end,
           'unlogged', case when r.relpersistence = 'u' then true end,
           'rowSecurity', case when r.relrowsecurity then true end,
           'forceRowSecurity', case when r.relforcerowsecurity then true end,
           'replicaIdentity', case c.relreplident when 'f' then 'full' when 'n' then 'nothing' when 'i' then (
             select quote_ident(x.relname) from pg_index i join pg_class x on x.oid = i.indexrelid
              where i.indrelid = r.oid and i.indisreplident) end,
           'ofType', nullif(c.reloftype, 0)::regtype::text,
           'accessMethod', case when am.amname <> 'heap' then quote_ident(am.amname) end,
           'server', server.srvname,
           'options', ${withoutSecrets('foreign_table.ftoptions')}
         ))
    from relation r
    join pg_class c on c.oid = r.oid
    left join pg_am am on am.oid = c.relam
    left join (
      select i.inhrelid, jsonb_agg(i.inhparent::regclass::text order by i.inhseqno) as names
        from pg_inherits i group by i.inhrelid
    ) parent on parent.inhrelid = r.oid
    left join pg_foreign_table foreign_table on foreign_table.ftrelid = r.oid
    left join pg_foreign_server server on server.oid = foreign_table.ftserver
   where r.relkind in ('r', 'p', 'f')`
