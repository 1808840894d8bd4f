/** Types that revisions make: enums (labels in order), domains, composite and range types. */
export const TYPES_SQL = /* SQL */ `
  select case t.typtype when 'e' then 'enum ' when 'd' then 'domain '
                        when 'c' then 'composite type ' else 'range type ' end
         || s.name || '.' || quote_ident(t.typname),
         jsonb_strip_nulls(case t.typtype
           when 'e' then jsonb_build_object('labels', coalesce(enum.labels, '[]'))
           when 'c' then jsonb_build_object('attributes', coalesce(composite.attributes, '[]'))
           when 'd' then jsonb_build_object(
             'type', format_type(t.typbasetype, t.typtypmod),
             'nullable', not t.typnotnull,
             'default', pg_get_expr(t.typdefaultbin, 0),
             'collation', case when t.typcollation <> base.typcollation
                               then t.typcollation::regcollation::text end)
           else jsonb_build_object(
             'multirange', format_type(rng.rngmultitypid, null),
             'subtype', format_type(rng.rngsubtype, null),
             'operatorClass', quote_ident(on_class.nspname) || '.' || quote_ident(class.opcname),
             'collation', nullif(rng.rngcollation, 0)::regcollation::text,
             'canonical', nullif(rng.rngcanonical, 0)::regproc::text,
             'difference', nullif(rng.rngsubdiff, 0)::regproc::text)
         end)
    from pg_type t
    join scope s on s.oid = t.typnamespace
    left join pg_type base on base.oid = t.typbasetype
    left join pg_class row_type on row_type.oid = t.typrelid
    left join pg_range rng on rng.rngtypid = t.oid
    left join pg_opclass class on class.oid = rng.rngsubopc
    left join pg_namespace on_class on on_class.oid = class.opcnamespace
    left join (
      select e.enumtypid, jsonb_agg(e.enumlabel order by e.enumsortorder) as labels
        from pg_enum e group by e.enumtypid
    ) enum on enum.enumtypid = t.oid
    left join (
      select c.oid,
             jsonb_agg(quote_ident(a.attname) || ' ' || format_type(a.atttypid, a.atttypmod)
                       order by a.attnum) as attributes
        from pg_class c
        join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       where c.relkind = 'c' group by c.oid
    ) composite on composite.oid = t.typrelid
   where (t.typtype in ('e', 'd', 'r') or t.typtype = 'c' and row_type.relkind = 'c')
     and t.oid not in (select objid from member where classid = 'pg_type'::regclass)`

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

/**
 * Collations and conversions. The locale's column was renamed in 15 and in 17, so it is looked for
 * in the row; the version of the collation is the operating system's and left out.
 */
export const COLLATIONS_SQL = /* SQL */ `
  select 'collation ' || s.name || '.' || quote_ident(c.collname),
         jsonb_strip_nulls(jsonb_build_object(
           'provider', case c.collprovider when 'c' then 'libc' when 'i' then 'icu' else 'builtin' end,
           'locale', coalesce(to_jsonb(c) ->> 'colllocale', to_jsonb(c) ->> 'colliculocale', c.collcollate),
           'ctype', case when c.collctype <> c.collcollate then c.collctype end,
           'rules', to_jsonb(c) ->> 'collicurules',
           'deterministic', case when not c.collisdeterministic then false end
         ))
    from pg_collation c
    join scope s on s.oid = c.collnamespace
   where c.oid not in (select objid from member where classid = 'pg_collation'::regclass)
  union all
  select 'conversion ' || s.name || '.' || quote_ident(c.conname),
         jsonb_strip_nulls(jsonb_build_object(
           'from', pg_encoding_to_char(c.conforencoding),
           'to', pg_encoding_to_char(c.contoencoding),
           'function', c.conproc::regproc::text,
           'default', case when c.condefault then true end
         ))
    from pg_conversion c
    join scope s on s.oid = c.connamespace
   where c.oid not in (select objid from member where classid = 'pg_conversion'::regclass)`
