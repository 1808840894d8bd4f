import { withoutSecrets } from './secrets.sql.ts'

/**
 * Columns of tables and views. Not-null stands here and not among the constraints, where only
 * PostgreSQL 18 keeps it; one that 18 has not validated yet is told apart. An identity
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
           'options', ${withoutSecrets('a.attfdwoptions')},
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
