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
