/** Extensions of the whole database: a revision may need one in any schema. */
export const EXTENSIONS_SQL = /* SQL */ `
  select 'extension ' || quote_ident(e.extname),
         jsonb_build_object('schema', n.nspname, 'version', e.extversion)
    from pg_extension e
    join pg_namespace n on n.oid = e.extnamespace`
