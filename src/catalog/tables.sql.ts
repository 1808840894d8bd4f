import { withoutSecretsSql } from './settings.sql.ts'

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
           'options', ${withoutSecretsSql('foreign_table.ftoptions')}
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

/**
 * Columns of tables and views. Not-null stands here and not among the constraints, where only
 * PostgreSQL 18 keeps it; one that 18 has not validated yet is distinguished. An identity
 * is the partitioned table's: before 17 its partitions do not show it. Storage is read where it
 * is not the type's own, for built-in types alone: an extension's update may change its types.
 */
export const COLUMNS_SQL = /* SQL */ `
  select 'column ' || r.name || '.' || quote_ident(a.attname),
         jsonb_strip_nulls(jsonb_build_object(
           'type', format_type(a.atttypid, a.atttypmod),
           'nullable', case when r.relkind in ('r', 'p', 'f') then not a.attnotnull end,
           'validated', case when unvalidated.conrelid is not null then false end,
           'default', case when a.attgenerated = '' then pg_get_expr(d.adbin, d.adrelid) end,
           'generated', case when a.attgenerated <> '' then pg_get_expr(d.adbin, d.adrelid) end,
           'generatedKind', case a.attgenerated when 's' then 'stored' when 'v' then 'virtual' end,
           'identity', case when r.relispartition then null else case a.attidentity when 'a' then 'always' when 'd' then 'by default' end end,
           'sequence', case when not r.relispartition then identity.sequence end,
           'collation', quote_ident(cn.nspname) || '.' || quote_ident(c.collname),
           'storage', case when a.attstorage <> t.typstorage
                            and t.typnamespace = 'pg_catalog'::regnamespace then
                        case a.attstorage when 'p' then 'plain' when 'e' then 'external'
                                          when 'm' then 'main' else 'extended' end end,
           'options', ${withoutSecretsSql('a.attfdwoptions')},
           'position', a.attnum::text,
           'compression', case a.attcompression when 'p' then 'pglz' when 'l' then 'lz4' end
         ))
    from relation r
    join pg_attribute a on a.attrelid = r.oid and a.attnum > 0 and not a.attisdropped
    join pg_type t on t.oid = a.atttypid
    left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    left join pg_collation c on c.oid = a.attcollation and a.attcollation <> t.typcollation
    left join pg_namespace cn on cn.oid = c.collnamespace
    left join (
      select conrelid, conkey[1] as attnum
        from pg_constraint where contype = 'n' and not convalidated and conrelid <> 0
    ) unvalidated on unvalidated.conrelid = a.attrelid and unvalidated.attnum = a.attnum
    left join (
      select dep.refobjid, dep.refobjsubid,
             format('%s start %s increment %s min %s max %s%s', format_type(q.seqtypid, null),
                    q.seqstart, q.seqincrement, q.seqmin, q.seqmax,
                    case when q.seqcycle then ' cycle' else '' end) as sequence
        from pg_depend dep join pg_sequence q on q.seqrelid = dep.objid
       where dep.classid = 'pg_class'::regclass and dep.refclassid = 'pg_class'::regclass
         and dep.deptype = 'i' and dep.refobjsubid > 0
    ) identity on identity.refobjid = a.attrelid and identity.refobjsubid = a.attnum
   where r.relkind <> 'S'`

/** Views and materialized views; their columns come with all the others. */
export const VIEWS_SQL = /* SQL */ `
  select case r.relkind when 'm' then 'materialized view ' else 'view ' end || r.name,
         jsonb_strip_nulls(jsonb_build_object(
           'definition', pg_get_viewdef(r.oid),
           'populated', case when not c.relispopulated then false end,
           'options', case when r.relkind = 'v' then
             (select jsonb_agg(option order by option) from unnest(r.reloptions) as option) end
         ))
    from relation r
    join pg_class c on c.oid = r.oid
   where r.relkind in ('v', 'm')`

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
