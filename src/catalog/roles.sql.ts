/** How the role that runs the revisions is written, whatever its name. No role is printed like this. */
export const MIGRATING_ROLE = 'the migrating role'

/**
 * `migrator`: who owns the version table, else who this session is. `role`: every role by its oid,
 * with its name as definitions write it, and whether it may act as the migrator or the migrator as
 * it (a superuser may act as all, which says nothing); `public` is 0.
 * @param versionTable a condition on pg_class `c` and its pg_namespace `n`
 */
export function rolesSql(versionTable: string): string {
  return /* SQL */ `
    migrator as materialized (
      select r.oid, r.rolname, r.rolsuper
        from pg_roles r
       where r.oid = coalesce(
         (select c.relowner from pg_class c join pg_namespace n on n.oid = c.relnamespace
           where ${versionTable}),
         (select oid from pg_roles where rolname = current_user))
    ),
    role as materialized (
      select r.oid, case when r.oid = m.oid then '${MIGRATING_ROLE}' else quote_ident(r.rolname) end as name,
             r.rolname = current_user
             or not m.rolsuper and pg_has_role(m.oid, r.oid, 'member')
             or not r.rolsuper and pg_has_role(r.oid, m.oid, 'member') as related
        from pg_roles r, migrator m
      union all
      select 0, 'public', false
    )`
}

/** One row that is no object: the migrating role's name, for what a revision names by it. */
export const MIGRATOR_KEY = 'migrating role'
export const MIGRATOR_SQL = /* SQL */ `
  select '${MIGRATOR_KEY}', jsonb_build_object('name', quote_ident(m.rolname)) from migrator m`
