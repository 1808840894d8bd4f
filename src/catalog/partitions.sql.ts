import type { CatalogScope } from './scope.ts'

/**
 * Where each partition hangs: `holder` is the nearest table above it that is promised by name, and
 * `loose` says that it is promised by its shape alone, as all are but a default partition and what
 * is above it. @see partitions.ts
 */
export function partitionCte({ everyPartition }: CatalogScope): string {
  const isLoose = everyPartition
    ? 'false'
    : "w.loose or pg_get_expr(c.relpartbound, c.oid) <> 'DEFAULT'"
  return /* SQL */ `
    partition as materialized (
      with recursive walk (oid, holder, loose) as (
        select c.oid, c.oid, false
          from pg_class c where c.relkind = 'p' and not c.relispartition
        union all
        select c.oid, case when w.loose then w.holder else w.oid end,
               ${isLoose}
          from walk w
          join pg_inherits i on i.inhparent = w.oid
          join pg_class c on c.oid = i.inhrelid
      )
      select oid, holder, loose from walk where oid <> holder
    )`
}

/**
 * Partitions, each with what it does not do as its parent does: a trigger that was switched on or
 * off by itself, a foreign key whose triggers are disabled, rows that a crash loses. And of those
 * that are promised by shape what they have on top and what therefore changes which rows the
 * parent takes: constraints, unique indexes and triggers of their own. Of a table that is
 * partitioned by hash, whether there is a partition for every remainder.
 */
export const PARTITIONS_SQL = /* SQL */ `
  select 'partition ' || quote_ident(n.nspname) || '.' || quote_ident(c.relname),
         jsonb_strip_nulls(jsonb_build_object(
           'of', r.name,
           'deviations', deviation.texts,
           'rowSecurity', case when p.loose and c.relrowsecurity then true end,
           'forceRowSecurity', case when p.loose and c.relforcerowsecurity then true end
         ))
    from partition p
    join relation r on r.oid = p.holder
    join pg_class c on c.oid = p.oid
    join pg_namespace n on n.oid = c.relnamespace
    left join (
      select oid, jsonb_agg(distinct text) as texts
        from (
          select t.tgrelid as oid,
                 format('trigger %I is %s', t.tgname, case t.tgenabled
                   when 'O' then 'enabled' when 'D' then 'disabled'
                   when 'R' then 'replica' else 'always' end) as text
            from pg_trigger t join pg_trigger parent on parent.oid = t.tgparentid
           where not parent.tgisinternal and parent.tgenabled <> t.tgenabled
          union all
          select t.tgrelid, format('foreign key %I is disabled', parent.conname)
            from pg_trigger t
            join pg_constraint k on k.oid = t.tgconstraint and k.contype = 'f'
            join pg_constraint parent on parent.oid = k.conparentid
           where t.tgisinternal and t.tgenabled in ('D', 'R')
             and k.conparentid not in (
               select tgconstraint from pg_trigger where tgisinternal and tgenabled in ('D', 'R'))
          union all
          select p.oid, 'unlogged'
            from partition p join pg_class c on c.oid = p.oid join pg_class h on h.oid = p.holder
           where p.loose and c.relpersistence = 'u' and h.relpersistence <> 'u'
        ) as one group by oid
    ) deviation on deviation.oid = p.oid
  union all
  select 'partitions ' || r.name, jsonb_build_object('everyRemainder', coalesce(sum(
           1.0 / substring(pg_get_expr(c.relpartbound, c.oid) from 'modulus (\\d+)')::numeric), 0) > 0.999999)
    from relation r
    join pg_partitioned_table h on h.partrelid = r.oid and h.partstrat = 'h'
    left join pg_inherits i on i.inhparent = r.oid
    left join pg_class c on c.oid = i.inhrelid
   group by r.name
  union all
  select 'constraint ' || loose.name || '.' || quote_ident(k.conname),
         jsonb_build_object('definition', regexp_replace(pg_get_constraintdef(k.oid), ' NOT VALID$', ''))
    from loose
    join pg_constraint k on k.conrelid = loose.oid
   where k.contype in ('c', 'f', 'p', 'u', 'x')
     and k.conparentid = 0
     and (k.conislocal or k.coninhcount = 0)
  union all
  select 'index ' || loose.schema || '.' || quote_ident(c.relname),
         jsonb_build_object('table', loose.name, 'definition', pg_get_indexdef(i.indexrelid))
    from loose
    join pg_index i on i.indrelid = loose.oid and i.indisunique
    join pg_class c on c.oid = i.indexrelid
    left join pg_constraint k on k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')
   where k.oid is null and not c.relispartition
  union all
  select 'trigger ' || loose.name || '.' || quote_ident(t.tgname),
         jsonb_build_object('definition', pg_get_triggerdef(t.oid))
    from loose
    join pg_trigger t on t.tgrelid = loose.oid
   where not t.tgisinternal and t.tgparentid = 0`
