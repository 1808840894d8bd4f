/**
 * Extensions of the whole database: a revision may need one in any schema. What initdb has made
 * (plpgsql) is no revision's. `needed`: an object that belongs to no extension depends on it;
 * the entries of an extension's own operator families are no objects.
 */
export const EXTENSIONS_SQL = /* SQL */ `
  select 'extension ' || quote_ident(e.extname),
         jsonb_strip_nulls(jsonb_build_object(
           'schema', n.nspname,
           'version', e.extversion,
           'needed', case when needed.extension is not null then true end
         ))
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace
    left join (
      select distinct m.refobjid as extension
        from pg_depend m
        join pg_depend d on d.refclassid = m.classid and d.refobjid = m.objid
       where m.deptype = 'e' and m.refclassid = 'pg_extension'::regclass
         and d.deptype in ('n', 'a')
         and d.classid not in ('pg_amop'::regclass, 'pg_amproc'::regclass)
         and (d.classid, d.objid) not in (select classid, objid from member)
    ) needed on needed.extension = e.oid
   where e.oid >= 16384`
