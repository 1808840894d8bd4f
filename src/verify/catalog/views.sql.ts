/** Views and materialized views; their columns come with all the others. */
export const VIEWS_SQL = /* SQL */ `
  select case r.relkind when 'm' then 'materialized view ' else 'view ' end || r.name,
         jsonb_strip_nulls(jsonb_build_object(
           'definition', pg_get_viewdef(r.oid),
           'options', case when r.relkind = 'v' then
             (select jsonb_agg(option order by option) from unnest(r.reloptions) as option) end
         ))
    from relation r
   where r.relkind in ('v', 'm')`
