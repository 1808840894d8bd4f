/**
 * Publications with their tables and schemas, and subscriptions. Column lists and row filters came
 * with 15: a column that pg_publication_rel lacks is found in `since15`, one query further out;
 * schemas, too, and as no query may name a catalog that 14 lacks, pg_depend says which. Of a subscription nothing but what every role may read is looked at: its connection holds a password.
 */
export const PUBLICATIONS_SQL = /* SQL */ `
  select 'publication ' || quote_ident(p.pubname),
         jsonb_strip_nulls(jsonb_build_object(
           'allTables', case when p.puballtables then true end,
           'publish', to_jsonb(array_remove(array[
             case when p.pubinsert then 'insert' end, case when p.pubupdate then 'update' end,
             case when p.pubdelete then 'delete' end, case when p.pubtruncate then 'truncate' end], null)),
           'viaRoot', case when p.pubviaroot then true end,
           'generatedColumns', case to_jsonb(p) ->> 'pubgencols' when 's' then 'stored' end
         ))
    from pg_publication p
   where p.oid not in (select objid from member where classid = 'pg_publication'::regclass)
  union all
  select 'published table ' || t.relation || ' of ' || quote_ident(t.pubname),
         jsonb_strip_nulls(jsonb_build_object(
           'columns', (select jsonb_agg(quote_ident(a.attname) order by a.attnum)
                         from pg_attribute a
                        where a.attrelid = t.prrelid and a.attnum = any (t.prattrs::int2[])),
           'where', pg_get_expr(t.prqual, t.prrelid)
         ))
    from (values (null::pg_node_tree, null::int2vector)) as since15 (prqual, prattrs),
         lateral (
           select p.pubname, published.prrelid, prqual, prattrs, r.name as relation
             from pg_publication_rel published
             join pg_publication p on p.oid = published.prpubid
             join relation r on r.oid = published.prrelid
         ) t
  union all
  select 'published schema ' || quote_ident(n.nspname) || ' of ' || quote_ident(p.pubname), '{}'::jsonb
    from pg_depend on_publication
    join pg_publication p on p.oid = on_publication.refobjid
    join pg_depend on_schema on (on_schema.classid, on_schema.objid)
                              = (on_publication.classid, on_publication.objid)
    join pg_namespace n on n.oid = on_schema.refobjid
   where on_publication.classid = to_regclass('pg_catalog.pg_publication_namespace')
     and on_publication.refclassid = 'pg_publication'::regclass
     and on_schema.classid = to_regclass('pg_catalog.pg_publication_namespace')
     and on_schema.refclassid = 'pg_namespace'::regclass
  union all
  select 'subscription ' || quote_ident(s.subname),
         jsonb_build_object('enabled', s.subenabled, 'publications', to_jsonb(s.subpublications))
    from pg_subscription s
   where s.subdbid = (select oid from pg_database where datname = current_database())`
