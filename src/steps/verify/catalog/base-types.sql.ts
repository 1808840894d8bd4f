/** Base types, which need functions of the server's own languages; array types come with theirs. */
export const BASE_TYPES_SQL = /* SQL */ `
  select 'base type ' || s.name || '.' || quote_ident(t.typname),
         jsonb_strip_nulls(jsonb_build_object(
           'input', t.typinput::regproc::text,
           'output', t.typoutput::regproc::text,
           'receive', nullif(t.typreceive, 0)::regproc::text,
           'send', nullif(t.typsend, 0)::regproc::text,
           'length', t.typlen::text,
           'alignment', t.typalign,
           'storage', t.typstorage,
           'category', t.typcategory,
           'preferred', case when t.typispreferred then true end,
           'delimiter', nullif(t.typdelim, ','),
           'default', t.typdefault,
           'element', format_type(nullif(t.typelem, 0), null)
         ))
    from pg_type t
    join scope s on s.oid = t.typnamespace
   where t.typtype = 'b' and t.typisdefined
     and t.oid not in (select typarray from pg_type)
     and t.oid not in (select objid from member where classid = 'pg_type'::regclass)`
