import { relationWord } from './kind-words.sql.ts'

/**
 * Storage options of tables and columns, each by itself: what a revision set has to be set, and what
 * is set besides is nobody's fault. Those by which vacuum and the planner are tuned are left out, since
 * that is done on a live database; so are a view's, which change what it does and stand with it.
 */
export const OPTIONS_SQL = /* SQL */ `
  select 'option ' || split_part(option, '=', 1) || ' of ' || holder.object,
         jsonb_build_object('on', holder.object, 'value', split_part(option, '=', 2))
    from (
      select ${relationWord('r.relkind')} || r.name as object, r.reloptions as options
        from relation r where r.relkind in ('r', 'p', 'm') and r.reloptions is not null
      union all
      select 'column ' || r.name || '.' || quote_ident(a.attname),
             array(select o from unnest(a.attoptions) as o where o ~ '^n_distinct') || case when a.attstattarget >= 0
               then array['statistics=' || a.attstattarget] else '{}' end
        from relation r join pg_attribute a on a.attrelid = r.oid
       where a.attnum > 0 and not a.attisdropped
         and (a.attoptions is not null or a.attstattarget >= 0)
    ) holder
    cross join lateral unnest(holder.options) as option
   where option !~ '^(autovacuum_|vacuum_|log_autovacuum|parallel_workers|toast\\.)'`
