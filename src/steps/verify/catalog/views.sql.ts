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
